-- What calls to models cost: lengths to learn from, limits by day and tenant, and what is set aside for calls under way.
ALTER TABLE llm.run ADD prompt_characters bigint;
COMMENT ON COLUMN llm.run.prompt_characters IS 'code points of the messages: with prompt_tokens, how many make a token of this model';

ALTER TABLE llm.queue_setting
    ADD tokens_per_day bigint CHECK (tokens_per_day > 0),
    ADD cost_per_day   numeric CHECK (cost_per_day > 0);
COMMENT ON COLUMN llm.queue_setting.tokens_per_day IS 'that calls for one tenant may take in a day (UTC); null: no limit';

ALTER TABLE llm.tenant
    ADD spending_held_until  timestamptz,
    ADD spending_held_reason text;
COMMENT ON COLUMN llm.tenant.spending_held_until IS 'until then no job of this tenant is claimed: a limit of the day is reached';

-- A row only where limits are set; it begins with what llm.run knows of the day.
CREATE TABLE llm.spending (
    tenant_id integer NOT NULL REFERENCES llm.tenant,
    day       date NOT NULL,
    tokens    bigint NOT NULL CHECK (tokens >= 0),
    cost      numeric NOT NULL CHECK (cost >= 0),
    PRIMARY KEY (tenant_id, day)
) WITH (fillfactor = 50);
COMMENT ON COLUMN llm.spending.day IS 'in UTC';

CREATE TABLE llm.spending_reservation (
    job_id      bigint NOT NULL,
    lease_token uuid NOT NULL,
    tenant_id   integer NOT NULL,
    day         date NOT NULL,
    tokens      bigint NOT NULL CHECK (tokens >= 0),
    cost        numeric NOT NULL CHECK (cost >= 0),
    PRIMARY KEY (job_id, lease_token)
);
CREATE INDEX spending_reservation_day ON llm.spending_reservation (tenant_id, day);
