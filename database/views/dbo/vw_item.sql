-- Every row that a person can decide about, with a label that a person understands. Ask for one item_type at a time.
CREATE OR REPLACE VIEW dbo.vw_item AS
SELECT e.tenant_id, 'entity' AS item_type, e.entity_id AS item_id, 'dbo.dim_entity' AS target_table,
       e.entity_name || ' (' || e.entity_type || ')' AS label, e.promotion_state::text AS promotion_state,
       e.confidence::double precision AS confidence, e.support, e.recorded_at, e.updated_at
  FROM dbo.dim_entity e
UNION ALL
SELECT r.tenant_id, 'relation', r.relation_id, 'dbo.bridge_entity_relation',
       f.entity_name || ' – ' || r.relation_type || ' → ' || t.entity_name
       || dbo.fn_span_text(r.start_text, r.start_date, r.end_text, r.end_date), r.promotion_state::text, r.confidence, r.support,
       r.recorded_at, r.updated_at
  FROM dbo.bridge_entity_relation r
  JOIN dbo.dim_entity f ON f.entity_id = r.from_entity_id AND f.tenant_id = r.tenant_id
  JOIN dbo.dim_entity t ON t.entity_id = r.to_entity_id AND t.tenant_id = r.tenant_id
UNION ALL
SELECT e.tenant_id, 'event', e.event_id, 'dbo.dim_event',
       e.event_name || ' (' || e.event_type || ')' || dbo.fn_span_text(e.event_date_text, e.event_date, NULL, e.event_end_date),
       e.promotion_state::text, e.confidence, e.support, e.recorded_at, e.updated_at
  FROM dbo.dim_event e
UNION ALL
SELECT w.tenant_id, 'work', w.work_id, 'dbo.dim_work',
       w.work_name || ' (' || w.work_type || ')' || dbo.fn_span_text(w.release_date_text, w.release_date, NULL, w.release_end_date),
       w.promotion_state::text, w.confidence, w.support, w.recorded_at, w.updated_at
  FROM dbo.dim_work w
UNION ALL
SELECT l.tenant_id, 'location', l.location_id, 'dbo.dim_location', l.location_name || ' (' || l.location_type || ')',
       l.promotion_state::text, l.confidence, l.support, l.recorded_at, l.updated_at
  FROM dbo.dim_location l
UNION ALL
SELECT p.tenant_id, 'period', p.period_id, 'dbo.dim_period',
       p.period_name || ' (' || p.period_type || ')' || dbo.fn_span_text(p.start_text, p.start_date, p.end_text, p.end_date),
       p.promotion_state::text, p.confidence, p.support, p.recorded_at, p.updated_at
  FROM dbo.dim_period p
UNION ALL
SELECT c.tenant_id, 'concept', c.concept_id, 'dbo.dim_concept', c.concept_name || ' (' || c.concept_type || ')',
       c.promotion_state::text, c.confidence, c.support, c.recorded_at, c.updated_at
  FROM dbo.dim_concept c
UNION ALL
SELECT c.tenant_id, 'page_classification', c.source_page_id, 'sem.page_classification',
       coalesce(nullif(p.title, ''), p.locator) || ' is a page about: ' || c.primary_type, c.promotion_state, c.confidence, 1,
       c.recorded_at, c.updated_at
  FROM sem.page_classification c JOIN sem.source_page p ON p.source_page_id = c.source_page_id AND p.tenant_id = c.tenant_id
UNION ALL
SELECT b.tenant_id, 'entity_event', b.entity_event_id, 'dbo.bridge_entity_event',
       e.entity_name || ' – ' || b.participation_role || ' → ' || o.event_name
       || dbo.fn_span_text(b.start_text, b.start_date, b.end_text, b.end_date), b.promotion_state::text, b.confidence, b.support,
       b.recorded_at, b.updated_at
  FROM dbo.bridge_entity_event b
  JOIN dbo.dim_entity e ON e.entity_id = b.entity_id AND e.tenant_id = b.tenant_id
  JOIN dbo.dim_event o ON o.event_id = b.event_id AND o.tenant_id = b.tenant_id
UNION ALL
SELECT b.tenant_id, 'entity_work', b.entity_work_id, 'dbo.bridge_entity_work',
       e.entity_name || ' – ' || b.appearance_type || ' → ' || o.work_name
       || dbo.fn_span_text(b.start_text, b.start_date, b.end_text, b.end_date), b.promotion_state::text, b.confidence, b.support,
       b.recorded_at, b.updated_at
  FROM dbo.bridge_entity_work b
  JOIN dbo.dim_entity e ON e.entity_id = b.entity_id AND e.tenant_id = b.tenant_id
  JOIN dbo.dim_work o ON o.work_id = b.work_id AND o.tenant_id = b.tenant_id
UNION ALL
SELECT b.tenant_id, 'entity_location', b.entity_location_id, 'dbo.bridge_entity_location',
       e.entity_name || ' – ' || b.location_role || ' → ' || o.location_name
       || dbo.fn_span_text(b.start_text, b.start_date, b.end_text, b.end_date), b.promotion_state::text, b.confidence, b.support,
       b.recorded_at, b.updated_at
  FROM dbo.bridge_entity_location b
  JOIN dbo.dim_entity e ON e.entity_id = b.entity_id AND e.tenant_id = b.tenant_id
  JOIN dbo.dim_location o ON o.location_id = b.location_id AND o.tenant_id = b.tenant_id
UNION ALL
SELECT b.tenant_id, 'entity_period', b.entity_period_id, 'dbo.bridge_entity_period',
       e.entity_name || ' – ' || b.period_role || ' → ' || o.period_name
       || dbo.fn_span_text(b.start_text, b.start_date, b.end_text, b.end_date), b.promotion_state::text, b.confidence, b.support,
       b.recorded_at, b.updated_at
  FROM dbo.bridge_entity_period b
  JOIN dbo.dim_entity e ON e.entity_id = b.entity_id AND e.tenant_id = b.tenant_id
  JOIN dbo.dim_period o ON o.period_id = b.period_id AND o.tenant_id = b.tenant_id
UNION ALL
SELECT b.tenant_id, 'entity_concept', b.entity_concept_id, 'dbo.bridge_entity_concept',
       e.entity_name || ' – ' || b.concept_role || ' → ' || o.concept_name
       || dbo.fn_span_text(b.start_text, b.start_date, b.end_text, b.end_date), b.promotion_state::text, b.confidence, b.support,
       b.recorded_at, b.updated_at
  FROM dbo.bridge_entity_concept b
  JOIN dbo.dim_entity e ON e.entity_id = b.entity_id AND e.tenant_id = b.tenant_id
  JOIN dbo.dim_concept o ON o.concept_id = b.concept_id AND o.tenant_id = b.tenant_id
UNION ALL
SELECT a.tenant_id, 'assertion', a.assertion_id, 'dbo.fact_assertion',
       dbo.fn_dimension_name(a.tenant_id, a.subject_table, a.subject_id) || ': ' || a.predicate || coalesce(' = ' || a.value, '')
       || dbo.fn_span_text(a.start_text, a.start_date, a.end_text, a.end_date), a.promotion_state::text, a.confidence, a.support,
       a.recorded_at, a.updated_at
  FROM dbo.fact_assertion a
UNION ALL
SELECT m.tenant_id, 'measurement', m.measurement_id, 'dbo.fact_measurement',
       dbo.fn_dimension_name(m.tenant_id, m.subject_table, m.subject_id) || ': ' || m.predicate || ' = '
       || coalesce(m.value_text, concat_ws(' ', m.value::text, m.unit))
       || dbo.fn_span_text(m.start_text, m.start_date, m.end_text, m.end_date), m.promotion_state::text, m.confidence, m.support,
       m.recorded_at, m.updated_at
  FROM dbo.fact_measurement m
UNION ALL
SELECT s.tenant_id, 'state', s.state_id, 'dbo.fact_state',
       dbo.fn_dimension_name(s.tenant_id, s.subject_table, s.subject_id) || ': ' || s.predicate || coalesce(' = ' || s.value, '')
       || dbo.fn_span_text(s.start_text, s.start_date, s.end_text, s.end_date), s.promotion_state::text, s.confidence, s.support,
       s.recorded_at, s.updated_at
  FROM dbo.fact_state s;
