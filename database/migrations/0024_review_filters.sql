-- The review queue finds what few items of a type, or for a reason, wait, without reading those of all, and counts their pages in order.
CREATE INDEX review_item_type ON dbo.review_item (tenant_id, item_type, source_page_id, confidence, reason);
CREATE INDEX review_item_reason ON dbo.review_item (tenant_id, reason, source_page_id, confidence, item_type);
