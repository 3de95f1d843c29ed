-- The store's own clock, in milliseconds: leases, incarnations and ages go by it alone.
CREATE FUNCTION $schema$.now_ms() RETURNS bigint LANGUAGE sql VOLATILE
  AS 'SELECT floor(date_part(''epoch'', clock_timestamp()) * 1000)::bigint';

-- One row. "schema" is the version of these tables, "oldest" the oldest version of the program's schema that may still use them.
-- Whoever registers, makes or claims queues holds its lock.
CREATE TABLE $schema$.meta (
  id int PRIMARY KEY CHECK (id = 1),
  schema int NOT NULL,
  oldest int NOT NULL,
  incarnation bigint NOT NULL
);
INSERT INTO $schema$.meta VALUES (1, 1, 1, 0);

-- Router nodes. The last statement of every commit of an incarnation takes a share lock on its row, and rolls back if it is fenced or
-- gone. Only these rows speak of ownership: a queue whose owner is fenced has none.
CREATE TABLE $schema$.node (
  incarnation bigint PRIMARY KEY,
  name text NOT NULL,
  address text NOT NULL,
  life_port int NOT NULL,
  fenced boolean NOT NULL DEFAULT false,
  lease_until bigint NOT NULL
) WITH (fillfactor = 50);

-- "next_sequence", "newest" (the latest time of a submission), "priorities" (a bit for each that was ever used) and the counts are kept
-- by the commits, so that nothing is counted by scanning. Each commit changes the rows of its queues, without touching an index.
CREATE TABLE $schema$.queue (
  number int PRIMARY KEY,
  name text NOT NULL UNIQUE,
  owner bigint NOT NULL,
  paused boolean NOT NULL DEFAULT false,
  strategy text,
  binding int,
  weights int,
  next_sequence bigint NOT NULL DEFAULT 0,
  newest bigint NOT NULL DEFAULT 0,
  priorities int NOT NULL DEFAULT 0,
  ready bigint NOT NULL DEFAULT 0,
  later bigint NOT NULL DEFAULT 0,
  dead bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 0);

CREATE TABLE $schema$.horizon (
  queue int NOT NULL,
  priority int NOT NULL,
  key bigint NOT NULL,
  PRIMARY KEY (queue, priority)
) WITH (fillfactor = 50);

-- Kinds, workers and strategies, so that a job's row holds small numbers.
CREATE TABLE $schema$.word (
  id int PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  text text NOT NULL UNIQUE
);

-- Jobs that can be dispatched. The key is the dispatch order. The four tables of jobs have the same columns, and a job is in exactly one
-- of them. This one has as many dead rows as jobs ran since its last vacuum, so that one comes early and at full speed; its only index
-- is the key, but for jobs whose queue keeps the order of their sources ("ordered" is 1).
CREATE TABLE $schema$.job (
  key bigint PRIMARY KEY,
  state int NOT NULL,
  kind int NOT NULL,
  submitted bigint NOT NULL,
  listed bigint,
  source text,
  ordered int,
  allowed int,
  time_limit bigint,
  run_at bigint,
  at bigint NOT NULL,
  used int NOT NULL,
  crashes int NOT NULL,
  runs int NOT NULL,
  worker int,
  started bigint,
  ended bigint,
  outcome int,
  why int,
  reason int,
  error text,
  history text,
  result bytea,
  payload bytea
) WITH (autovacuum_vacuum_threshold = 100000, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 0,
  autovacuum_vacuum_insert_threshold = -1);
-- An expression that only this index has: a planner that took the source for a common one would go over all keys otherwise.
CREATE INDEX job_source ON $schema$.job (source, (key | 0)) WHERE ordered = 1;

-- Scheduled and retrying jobs; "at" is when they are due.
CREATE TABLE $schema$.later (LIKE $schema$.job, PRIMARY KEY (key))
  WITH (autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX later_due ON $schema$.later ((key >> 52), at, key);

-- Dead, discarded and cancelled jobs: whole, since somebody may retry them.
CREATE TABLE $schema$.ended (LIKE $schema$.job, PRIMARY KEY (key))
  WITH (autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_scale_factor = 0);
CREATE INDEX ended_at ON $schema$.ended (state, at);

-- Succeeded jobs, without their payloads; "at" is when that was stored. A partition holds two hours and is dropped whole, so history
-- is never deleted row by row and leaves nothing to clean up. That a key comes once only is the doing of the table that it moves from; an
-- index that checks it would cost more, and could only do so within a partition.
CREATE TABLE $schema$.done (LIKE $schema$.job, bucket int NOT NULL) PARTITION BY RANGE (bucket);
CREATE INDEX done_key ON $schema$.done (key);

-- Idempotency keys and the jobs that have them; "high" and "low" are what the job asks for, hashed. A key is free again a day after
-- "submitted". Jobs without a key never touch it.
CREATE TABLE $schema$.idempotency (
  queue int NOT NULL,
  key text COLLATE "C" NOT NULL,
  job bigint NOT NULL,
  high bigint NOT NULL,
  low bigint NOT NULL,
  submitted bigint NOT NULL,
  PRIMARY KEY (queue, key)
);
CREATE INDEX idempotency_submitted ON $schema$.idempotency (submitted);

-- Jobs that callers put in within transactions of their own, until the owner of the queue takes them. "key" is what was set aside for the
-- job, or -1.
CREATE TABLE $schema$.inbox (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  queue text NOT NULL,
  key bigint NOT NULL,
  kind text NOT NULL,
  submitted bigint NOT NULL,
  source text,
  priority int NOT NULL,
  run_at bigint NOT NULL,
  time_limit bigint NOT NULL,
  allowed int NOT NULL,
  idempotency_key text,
  high bigint NOT NULL,
  low bigint NOT NULL,
  payload bytea NOT NULL
) WITH (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 0);

-- What callers' transactions took from the counts of queues: they must not hold the rows of the queues themselves, which every commit
-- of the owners changes.
CREATE TABLE $schema$.tally (
  queue int NOT NULL,
  ready int NOT NULL,
  later int NOT NULL
) WITH (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 0);
