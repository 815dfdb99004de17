-- Sets what enqueueing refuses: a payload of more than p_max_payload_bytes. Writes llm.queue_setting only where it differs.
-- AL005: not from 1 to 1000000000.
CREATE OR REPLACE FUNCTION llm.usp_set_queue_limits(p_max_payload_bytes integer) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    IF p_max_payload_bytes IS NULL OR p_max_payload_bytes NOT BETWEEN 1 AND 1000000000 THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005',
            MESSAGE = format('the largest payload must have from 1 to 1000000000 bytes, not %s', coalesce(p_max_payload_bytes::text, 'null'));
    END IF;
    UPDATE llm.queue_setting SET max_payload_bytes = p_max_payload_bytes WHERE max_payload_bytes <> p_max_payload_bytes;
END $$;
