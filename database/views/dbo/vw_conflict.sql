-- What contradicts one another, from both sides: each row once for every other one that it does not go with.
-- kind value: facts of one subject and predicate with different values whose bounds overlap (measurements: in one unit);
-- kind span: bridges of the same ends and role whose spans overlap, neither within the other;
-- kind date: what a passage (other_table dbo.evidence) says of a work's release or a period's ends apart from what the row has.
-- Asked for rows of one table it reads those and what they meet, by index.
-- Predicates that may well have several values, such as an occupation, are among them: nothing is overwritten or judged here.
CREATE OR REPLACE VIEW dbo.vw_conflict AS
WITH fact AS NOT MATERIALIZED (
    SELECT a.tenant_id, 'dbo.fact_assertion' AS table_name, a.assertion_id AS row_id, a.subject_table, a.subject_id, a.predicate, NULL::text AS unit,
           a.value_hash::text AS compared, a.value, a.start_date, a.end_date, a.promotion_state
      FROM dbo.fact_assertion a
    UNION ALL
    SELECT s.tenant_id, 'dbo.fact_state', s.state_id, s.subject_table, s.subject_id, s.predicate, NULL, s.value_hash::text, s.value,
           s.start_date, s.end_date, s.promotion_state
      FROM dbo.fact_state s
    UNION ALL
    SELECT m.tenant_id, 'dbo.fact_measurement', m.measurement_id, m.subject_table, m.subject_id, m.predicate, coalesce(m.unit, ''),
           coalesce(trim_scale(m.value)::text, m.value_hash::text), coalesce(m.value::text || coalesce(' ' || m.unit, ''), m.value_text),
           m.start_date, m.end_date, m.promotion_state
      FROM dbo.fact_measurement m
), bridge AS NOT MATERIALIZED (
    SELECT r.tenant_id, 'dbo.bridge_entity_relation' AS table_name, r.relation_id AS row_id, 'dbo.dim_entity' AS subject_table, r.from_entity_id AS subject_id,
           r.to_entity_id AS object_id, r.relation_type AS predicate, r.start_date, r.end_date, r.promotion_state
      FROM dbo.bridge_entity_relation r
    UNION ALL
    SELECT b.tenant_id, 'dbo.bridge_entity_event', b.entity_event_id, 'dbo.dim_entity', b.entity_id, b.event_id, b.participation_role, b.start_date,
           b.end_date, b.promotion_state FROM dbo.bridge_entity_event b
    UNION ALL
    SELECT b.tenant_id, 'dbo.bridge_entity_work', b.entity_work_id, 'dbo.dim_entity', b.entity_id, b.work_id, b.appearance_type, b.start_date,
           b.end_date, b.promotion_state FROM dbo.bridge_entity_work b
    UNION ALL
    SELECT b.tenant_id, 'dbo.bridge_entity_location', b.entity_location_id, 'dbo.dim_entity', b.entity_id, b.location_id, b.location_role, b.start_date,
           b.end_date, b.promotion_state FROM dbo.bridge_entity_location b
    UNION ALL
    SELECT b.tenant_id, 'dbo.bridge_entity_period', b.entity_period_id, 'dbo.dim_entity', b.entity_id, b.period_id, b.period_role, b.start_date,
           b.end_date, b.promotion_state FROM dbo.bridge_entity_period b
    UNION ALL
    SELECT b.tenant_id, 'dbo.bridge_entity_concept', b.entity_concept_id, 'dbo.dim_entity', b.entity_id, b.concept_id, b.concept_role, b.start_date,
           b.end_date, b.promotion_state FROM dbo.bridge_entity_concept b
), dated AS (
    SELECT w.tenant_id, 'dbo.dim_work' AS table_name, w.work_id AS row_id, 'release_date' AS predicate, 'start_date' AS member, w.release_date AS held,
           coalesce(w.release_end_date, w.release_date) AS held_end FROM dbo.dim_work w WHERE w.release_date IS NOT NULL
    UNION ALL
    SELECT p.tenant_id, 'dbo.dim_period', p.period_id, 'start_date', 'start_date', p.start_date, p.start_date FROM dbo.dim_period p WHERE p.start_date IS NOT NULL
    UNION ALL
    SELECT p.tenant_id, 'dbo.dim_period', p.period_id, 'end_date', 'end_date', p.end_date, p.end_date FROM dbo.dim_period p WHERE p.end_date IS NOT NULL
)
SELECT a.tenant_id, 'value' AS kind, a.table_name, a.row_id, b.table_name AS other_table, b.row_id AS other_id, a.subject_table, a.subject_id, a.predicate,
       a.value, b.value AS other_value, a.start_date, a.end_date, b.start_date AS other_start_date, b.end_date AS other_end_date
  FROM fact a
  JOIN fact b ON b.tenant_id = a.tenant_id AND b.table_name = a.table_name AND b.subject_table = a.subject_table AND b.subject_id = a.subject_id
   AND b.predicate = a.predicate AND b.unit IS NOT DISTINCT FROM a.unit AND b.compared <> a.compared
 WHERE a.promotion_state IN ('staged', 'candidate', 'promoted', 'adjudicated') AND b.promotion_state IN ('staged', 'candidate', 'promoted', 'adjudicated')
   AND a.subject_table <> 'dbo.schema_proposal' -- what waits there for a table is no statement
   AND coalesce(a.start_date, '-infinity') <= coalesce(b.end_date, 'infinity') AND coalesce(b.start_date, '-infinity') <= coalesce(a.end_date, 'infinity')
UNION ALL
SELECT a.tenant_id, 'span', a.table_name, a.row_id, b.table_name, b.row_id, a.subject_table, a.subject_id, a.predicate, NULL, NULL,
       a.start_date, a.end_date, b.start_date, b.end_date
  FROM bridge a
  JOIN bridge b ON b.tenant_id = a.tenant_id AND b.table_name = a.table_name AND b.subject_id = a.subject_id AND b.object_id = a.object_id
   AND b.predicate = a.predicate AND b.row_id <> a.row_id
 CROSS JOIN LATERAL (SELECT coalesce(a.start_date, '-infinity') AS a_start, coalesce(a.end_date, 'infinity') AS a_end,
                            coalesce(b.start_date, '-infinity') AS b_start, coalesce(b.end_date, 'infinity') AS b_end) s
 WHERE a.promotion_state IN ('staged', 'candidate', 'promoted', 'adjudicated') AND b.promotion_state IN ('staged', 'candidate', 'promoted', 'adjudicated')
   AND s.a_start <= s.b_end AND s.b_start <= s.a_end
   AND NOT (s.a_start >= s.b_start AND s.a_end <= s.b_end) AND NOT (s.b_start >= s.a_start AND s.b_end <= s.a_end)
UNION ALL
SELECT d.tenant_id, 'date', d.table_name, d.row_id, 'dbo.evidence', v.evidence_id, d.table_name, d.row_id, d.predicate, d.held::text, s.said,
       d.held, d.held_end, s.said::date, s.said_end::date
  FROM dated d
  JOIN dbo.evidence v ON v.tenant_id = d.tenant_id AND v.target_table = d.table_name AND v.target_id = d.row_id AND jsonb_typeof(v.said -> d.member) = 'string'
 CROSS JOIN LATERAL (SELECT v.said ->> d.member AS said, CASE
        WHEN d.table_name = 'dbo.dim_work' THEN coalesce(v.said ->> 'end_date', v.said ->> 'start_date')
        -- an end of a period, said as a year or a month, covers all of it
        ELSE ((v.said ->> d.member)::date + CASE v.said ->> replace(d.member, 'date', 'precision') WHEN 'year' THEN interval '1 year -1 day'
              WHEN 'month' THEN interval '1 month -1 day' WHEN 'decade' THEN interval '10 years -1 day' WHEN 'century' THEN interval '100 years -1 day'
              ELSE interval '0' END * CASE d.member WHEN 'start_date' THEN 1 ELSE 0 END)::date::text END AS said_end) s
 WHERE d.held > s.said_end::date OR d.held_end < s.said::date;
