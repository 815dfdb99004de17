-- Decisions about rows of the other families stay when their page is read again; decisions about proposed tables.
BEGIN;
LOCK TABLE dbo.name IN SHARE ROW EXCLUSIVE MODE; -- tests beside this one use the same names, in other orders
SELECT pg_advisory_xact_lock(14) \g /dev/null
SELECT plan(8);
SELECT c[1] AS chunk FROM tap.chunks(1, 'decided families', 'Ada fought at the Battle of Hoth in 1980. Lumos is a spell of light.') c \gset
CREATE FUNCTION pg_temp.again(p_chunk bigint) RETURNS jsonb LANGUAGE sql AS $$
    SELECT dbo.usp_process_knowledge_extraction_output(tap.job('knowledge_extraction', c.source_page_id, p_chunk), NULL, jsonb_build_object(
        'dimensions', jsonb_build_array(tap.grounded(p_chunk, 'Battle of Hoth', '{"family": "event", "name": "Battle of Hoth", "type": "battle", "confidence": 0.8, "start_date": "1980-01-01", "end_date": "1980-12-31"}')),
        'facts', jsonb_build_array(tap.grounded(p_chunk, 'Ada', '{"kind": "assertion", "subject": "Ada", "subject_type": "person", "predicate": "height", "value": "tall", "confidence": 0.8}')),
        'bridges', jsonb_build_array(tap.grounded(p_chunk, 'Ada fought', '{"subject": "Ada", "subject_type": "person", "predicate": "fought_at", "object": "Battle of Hoth", "object_family": "event", "object_type": "battle", "confidence": 0.8}'))))
      FROM vector.chunk c WHERE c.chunk_id = p_chunk $$;
SELECT llm.usp_register_job_type('{"job_type": "knowledge_extraction", "version": "1.0.0", "unit": "chunk", "after": "CHUNK_SOURCE", "handler": "dbo.usp_process_knowledge_extraction_output",
    "priority": 50, "max_attempts": 3, "lease_seconds": 30, "slack_seconds": 60, "sha256": "a"}') WHERE NOT EXISTS (SELECT FROM llm.job_type WHERE job_type = 'knowledge_extraction') \g /dev/null
SELECT pg_temp.again(:chunk) \g /dev/null
SELECT (SELECT event_id FROM dbo.dim_event WHERE tenant_id = 1 AND event_name = 'Battle of Hoth') AS event, (SELECT max(assertion_id) FROM dbo.fact_assertion WHERE value = 'tall') AS fact,
       (SELECT max(entity_event_id) FROM dbo.bridge_entity_event) AS bridge \gset
SELECT is((SELECT array_agg(t ORDER BY t) FROM jsonb_array_elements_text(dbo.fn_review_queue(1, '{"source": "decided families"}', NULL, 5) #> '{pages,0,types}') t),
    ARRAY['assertion', 'entity', 'entity_event', 'event'], 'items of every family wait');
SELECT dbo.usp_adjudicate(1, 'event', :event, 'override', '{"description": "on ice", "date_text": "in 1980"}', NULL, 'anna'),
       dbo.usp_adjudicate(1, 'assertion', :fact, 'override', '{"value": "small"}', NULL, 'anna') ->> 'audit_id' AS audit,
       dbo.usp_adjudicate(1, 'entity_event', :bridge, 'reject', NULL, 'she was not there', 'anna') \gset
SELECT pg_temp.again(:chunk) \g /dev/null
SELECT is((SELECT array[event_description, event_date_text, promotion_state] FROM dbo.dim_event WHERE event_id = :event), ARRAY['on ice', 'in 1980', 'adjudicated'], 'what was said of an event stays');
SELECT is((SELECT array_agg(value || ' ' || promotion_state ORDER BY assertion_id) FROM dbo.fact_assertion WHERE predicate = 'height'), ARRAY['small adjudicated', 'tall rejected'], 'so does a fact');
SELECT is((SELECT array_agg(promotion_state::text) FROM dbo.bridge_entity_event WHERE entity_event_id = :bridge OR participation_role = 'fought_at'), ARRAY['rejected'], 'and a participation');
SELECT dbo.usp_undo_adjudication(1, :audit, NULL, 'anna') \g /dev/null
SELECT is((SELECT array_agg(value || ' ' || promotion_state) FROM dbo.fact_assertion WHERE predicate = 'height'), ARRAY['tall candidate'], 'taken back, there is one fact again');

-- A proposed table.
SELECT dbo.usp_route_unknown_items(1, NULL, c.source_page_id, :chunk, jsonb_build_array(tap.grounded(:chunk, 'Lumos', '{"family": "spell", "name": "Lumos", "confidence": 0.9}')))
  FROM vector.chunk c WHERE c.chunk_id = :chunk \g /dev/null
SELECT proposal_id AS proposal FROM dbo.schema_proposal WHERE family = 'spell' \gset
SELECT is(dbo.usp_adjudicate(1, 'schema_proposal', :proposal, 'approve', NULL, 'spells matter', 'anna') #>> '{answer,table_name}', 'dbo.dim_spell', 'an approved proposal becomes a table');
SELECT throws_ok(format($$SELECT dbo.usp_adjudicate(1, 'schema_proposal', %s, 'reject', NULL, NULL, 'bob')$$, :proposal), 'AL021', NULL, 'the second decider is told');
SELECT is_empty($$SELECT * FROM dbo.fn_check_adjudication_chain(1)$$, 'the chain holds');
SELECT * FROM finish();
ROLLBACK;
