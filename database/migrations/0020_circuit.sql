-- Which runners keep away from their model's endpoint because it fails, for people to see.
CREATE TABLE llm.circuit (
    worker_id text NOT NULL,
    model     text NOT NULL,
    endpoint  text NOT NULL,
    state     text NOT NULL CHECK (state IN ('open', 'half_open')),
    reason    text,
    since     timestamptz NOT NULL,
    retry_at  timestamptz NOT NULL,
    told_at   timestamptz NOT NULL,
    PRIMARY KEY (worker_id, model)
);
COMMENT ON COLUMN llm.circuit.retry_at IS 'when one call may try again; in the past: that call waits for a job, or for its answer';
COMMENT ON COLUMN llm.circuit.told_at IS 'a runner tells it again and again; one that stopped telling is gone';

-- What a drain waits for is told by llm.fn_anything_left, which got a parameter.
DROP FUNCTION IF EXISTS llm.fn_pending(integer, bigint[]);
DROP FUNCTION IF EXISTS llm.fn_anything_left(text[], bigint[], integer);
