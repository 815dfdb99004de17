-- Replaced by functions that hand lanes over as arrays: a value costs a claim less than a set of rows.
DROP FUNCTION IF EXISTS llm.fn_claim_plan(text[], integer, integer, integer, boolean);
DROP FUNCTION IF EXISTS llm.fn_known_lanes(boolean);
DROP FUNCTION IF EXISTS llm.fn_waiting_lanes();
