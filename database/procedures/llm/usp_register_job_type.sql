-- Registers one version of a job type and makes the type's newest version the active one.
-- p: job.yaml's keys (job_type, version, unit, handler, after, priority, max_attempts, lease_seconds,
--    slack_seconds, on_demand, description …), output_schema, input_schema (of a job's payload; optional), prompt, sha256.
-- Returns registered, updated or unchanged. Writes llm.job_type.
-- Errors: AL003 a key is missing or of the wrong form; AL005 out of range; AL006 the version exists with another
-- sha256 and jobs have run under it.
CREATE OR REPLACE FUNCTION llm.usp_register_job_type(p jsonb) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_type text := p ->> 'job_type';
    v_version text := p ->> 'version';
    v_key text;
    v_known text;
    v_was_used boolean;
    v_answer text;
BEGIN
    SELECT k INTO v_key FROM unnest(ARRAY['job_type', 'version', 'unit', 'handler', 'sha256']) k
     WHERE jsonb_typeof(p -> k) IS DISTINCT FROM 'string' OR p ->> k = '' LIMIT 1;
    IF v_key IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AL003', MESSAGE = format('job type: "%s" must be a non-empty string', v_key);
    END IF;
    IF v_version !~ '^\d{1,6}\.\d{1,6}\.\d{1,6}$' THEN
        RAISE EXCEPTION USING ERRCODE = 'AL003',
            MESSAGE = format('job type %s: version "%s" must read MAJOR.MINOR.PATCH', v_type, v_version);
    END IF;
    IF p ->> 'unit' NOT IN ('page', 'chunk') THEN
        RAISE EXCEPTION USING ERRCODE = 'AL003',
            MESSAGE = format('job type %s: unit "%s" must be page or chunk', v_type, p ->> 'unit');
    END IF;
    SELECT r.k INTO v_key
      FROM (VALUES ('priority', 0, 100), ('max_attempts', 1, 1000), ('lease_seconds', 1, 86400),
                   ('slack_seconds', 0, 31536000)) r(k, least_value, greatest_value)
     WHERE p ? r.k AND NOT coalesce(CASE WHEN jsonb_typeof(p -> r.k) = 'number'
                THEN (p ->> r.k)::numeric BETWEEN r.least_value AND r.greatest_value
                     AND (p ->> r.k)::numeric = trunc((p ->> r.k)::numeric) END, false)
     LIMIT 1;
    IF v_key IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005',
            MESSAGE = format('job type %s %s: "%s" is out of range: %s', v_type, v_version, v_key, p ->> v_key);
    END IF;

    IF jsonb_typeof(p -> 'input_schema') <> 'null' THEN
        v_key := llm.fn_schema_keyword_fault(p -> 'input_schema', 'input schema');
        IF v_key IS NOT NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'AL003', MESSAGE = format('job type %s %s: %s', v_type, v_version, v_key);
        END IF;
    END IF;

    SELECT t.sha256, t.was_used INTO v_known, v_was_used FROM llm.job_type t
     WHERE t.job_type = v_type AND t.contract_version = v_version FOR UPDATE;
    IF v_known = p ->> 'sha256' THEN
        -- Whether a type runs by itself is the configuration's to say, not the contract's.
        UPDATE llm.job_type t SET settings = t.settings || jsonb_build_object('on_demand', p -> 'on_demand')
         WHERE t.job_type = v_type AND t.contract_version = v_version AND p ? 'on_demand'
           AND t.settings -> 'on_demand' IS DISTINCT FROM p -> 'on_demand';
        RETURN CASE WHEN FOUND THEN 'updated' ELSE 'unchanged' END;
    END IF;
    IF jsonb_typeof(p -> 'on_demand') NOT IN ('boolean', 'null') THEN
        RAISE EXCEPTION USING ERRCODE = 'AL003', MESSAGE = format('job type %s %s: "on_demand" must be true or false', v_type, v_version);
    END IF;
    IF v_known IS NOT NULL AND v_was_used
    THEN
        RAISE EXCEPTION USING ERRCODE = 'AL006', MESSAGE = format(
            'job type %s %s has been used and has now another content: give the changed contract a new version', v_type, v_version);
    END IF;
    INSERT INTO llm.job_type AS t (job_type, contract_version, description, unit, handler, after_job_type, priority,
                                   max_attempts, lease_seconds, slack_seconds, settings, prompt, output_schema, input_schema, sha256)
    VALUES (v_type, v_version, p ->> 'description', p ->> 'unit', p ->> 'handler', p ->> 'after',
            coalesce((p ->> 'priority')::numeric::integer, 50), coalesce((p ->> 'max_attempts')::numeric::integer, 3),
            coalesce((p ->> 'lease_seconds')::numeric::integer, 300), coalesce((p ->> 'slack_seconds')::numeric::integer, 3600),
            p - 'output_schema' - 'input_schema' - 'prompt' - 'sha256', p -> 'prompt', p -> 'output_schema',
            nullif(p -> 'input_schema', 'null'), p ->> 'sha256')
    ON CONFLICT (job_type, contract_version) DO UPDATE
       SET description = EXCLUDED.description, unit = EXCLUDED.unit, handler = EXCLUDED.handler,
           after_job_type = EXCLUDED.after_job_type, priority = EXCLUDED.priority,
           max_attempts = EXCLUDED.max_attempts, lease_seconds = EXCLUDED.lease_seconds,
           slack_seconds = EXCLUDED.slack_seconds, settings = EXCLUDED.settings, prompt = EXCLUDED.prompt,
           output_schema = EXCLUDED.output_schema, input_schema = EXCLUDED.input_schema, sha256 = EXCLUDED.sha256, registered_at = now();
    v_answer := CASE WHEN v_known IS NULL THEN 'registered' ELSE 'updated' END;

    UPDATE llm.job_type t SET is_active = false
     WHERE t.job_type = v_type AND t.is_active
       AND string_to_array(t.contract_version, '.')::integer[] < string_to_array(v_version, '.')::integer[];
    UPDATE llm.job_type t SET is_active = true
     WHERE t.job_type = v_type AND t.contract_version = v_version
       AND NOT EXISTS (SELECT FROM llm.job_type o WHERE o.job_type = v_type AND o.is_active);
    RETURN v_answer;
END $$;
