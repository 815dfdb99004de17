-- The name of a piece of work: job type, contract version, where the content is from, the content, and the
-- how-many-th of equal contents there it is (from 0). Returns 64 hexadecimal digits. Writes nothing.
CREATE OR REPLACE FUNCTION llm.fn_dedupe_key(p_job_type text, p_contract_version text, p_locator text,
                                             p_content_sha256 text, p_occurrence integer) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN encode(sha256(convert_to(
    jsonb_build_array(p_job_type, p_contract_version, p_locator, p_content_sha256, p_occurrence)::text, 'UTF8')), 'hex');
