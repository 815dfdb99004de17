SELECT coalesce(array_agg(job_id), '{}') AS ids, coalesce(array_agg(lease_token), '{}') AS tokens, array_fill(NULL::uuid, ARRAY[count(*)::int]) AS runs, array_fill('{}'::jsonb, ARRAY[count(*)::int]) AS results FROM llm.usp_claim_jobs('bench', NULL, :batch, NULL, NULL) \gset
SELECT llm.usp_complete_jobs(:ids, :tokens, :runs, :results);
