-- What the stress test adds to a database: effects, and an account of every step of every job.
CREATE SCHEMA stress;

-- An effect is written in the transaction that completes its job. No unique constraint: a double must show.
CREATE TABLE stress.effect (
    seq            bigint NOT NULL,
    job_id         bigint NOT NULL,
    lease_token    uuid NOT NULL,
    actor          text NOT NULL DEFAULT session_user
);
CREATE INDEX effect_job ON stress.effect (job_id);
CREATE INDEX effect_seq ON stress.effect (seq);

-- The account. Why it can be believed:
-- * A step is written by a trigger in the transaction that changes the job, into a logged table: it is there exactly when
--   the change is, whatever dies, and after an immediate restart as well.
-- * Whoever changes a job holds its row's lock until the commit, and takes the step's number under it: the numbers of one
--   job's steps are in the order of the changes. Times are the database's.
-- * Who acts is the session's role. Every process has a role of its own that is used once, so a worker is never taken
--   for its successor, and what a worker says of itself does not matter.
-- So the leases of a job follow each other in the account as they did in fact, and two of them were live at once only if
-- one was taken over while running, or taken away before its end, or prolonged or ended by another than its holder: each
-- of these is one step, and stress.vw_violation names it. What a worker was told of and the account does not have (a claim
-- that was answered before it was durable) is found from the workers' own records.
CREATE TABLE stress.step (
    step         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at           timestamptz NOT NULL DEFAULT clock_timestamp(),
    job_id       bigint NOT NULL,
    kind         text NOT NULL,
    actor        text NOT NULL DEFAULT session_user,
    old_token    uuid,
    new_token    uuid,
    old_until    timestamptz,
    new_until    timestamptz,
    payload_seq  bigint
);
-- A lease is a job and a token; one claim may give several jobs the same token.
CREATE INDEX step_job ON stress.step (job_id, kind);

CREATE FUNCTION stress.fn_note_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO stress.step (job_id, kind, payload_seq) VALUES (NEW.job_id, 'enqueued', (NEW.payload ->> 'seq')::bigint);
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO stress.step (job_id, kind, old_token, old_until)
        VALUES (OLD.job_id, CASE WHEN OLD.status = 'RUNNING' THEN 'ended' ELSE 'removed' END, OLD.lease_token, OLD.lease_until);
    ELSIF OLD.status = 'RUNNING' OR NEW.status = 'RUNNING' THEN
        INSERT INTO stress.step (job_id, kind, old_token, new_token, old_until, new_until)
        VALUES (NEW.job_id,
                CASE WHEN OLD.status <> 'RUNNING' THEN 'claimed'
                     WHEN NEW.lease_token = OLD.lease_token THEN 'extended'
                     WHEN NEW.status = 'RUNNING' THEN 'stolen'
                     WHEN NEW.error ->> 'message' = 'lease expired' AND NEW.status = 'FAILED' THEN 'expired'
                     WHEN NEW.status = 'FAILED' THEN 'failed'
                     ELSE 'handed back' END,
                OLD.lease_token, NEW.lease_token, OLD.lease_until, NEW.lease_until);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER note_step AFTER INSERT OR UPDATE OR DELETE ON llm.job
    FOR EACH ROW EXECUTE FUNCTION stress.fn_note_step();

CREATE VIEW stress.vw_violation AS
SELECT s.step, CASE
       WHEN s.kind = 'stolen' THEN format('job %s was claimed by %s while another lease was live', s.job_id, s.actor)
       WHEN s.kind = 'removed' THEN format('job %s was removed by %s although nobody held it', s.job_id, s.actor)
       WHEN s.kind = 'expired' AND s.at < s.old_until
            THEN format('job %s was taken away by %s %s before its lease ended', s.job_id, s.actor, s.old_until - s.at)
       WHEN s.kind = 'extended' AND s.new_until < s.old_until
            THEN format('the lease of job %s was shortened by %s', s.job_id, s.actor)
       WHEN s.kind IN ('extended', 'ended', 'failed', 'handed back')
            AND s.actor IS DISTINCT FROM (SELECT c.actor FROM stress.step c
                                         WHERE c.job_id = s.job_id AND c.kind IN ('claimed', 'stolen') AND c.new_token = s.old_token)
            THEN format('the lease of job %s was %s by %s, who does not hold it', s.job_id, s.kind, s.actor)
       END AS what
  FROM stress.step s;

-- The job type. Its handler is what the dispatcher calls in the transaction of the completion.
CREATE FUNCTION dbo.usp_process_stress_output(p_job_id bigint, p_run_id uuid, p_output jsonb) RETURNS jsonb
LANGUAGE sql AS $$
    INSERT INTO stress.effect (seq, job_id, lease_token)
    VALUES ((p_output ->> 'seq')::bigint, p_job_id, (p_output ->> 'lease_token')::uuid)
    RETURNING jsonb_build_object('effects', 1)
$$;
SELECT llm.usp_register_job_type(jsonb_build_object('job_type', 'stress', 'version', '1.0.0', 'unit', 'page',
    'handler', 'dbo.usp_process_stress_output', 'sha256', 'stress', 'max_attempts', 1000, 'slack_seconds', 3600,
    'lease_seconds', :lease_seconds, 'priority', 50));
