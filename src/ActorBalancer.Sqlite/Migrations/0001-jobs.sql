-- One row. "schema" is the version of these tables, "oldest" the oldest version of the program's schema that may still use them.
CREATE TABLE meta (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  schema INTEGER NOT NULL,
  oldest INTEGER NOT NULL,
  incarnation INTEGER NOT NULL
) STRICT;
INSERT INTO meta VALUES (1, 1, 1, 0);

-- Router nodes. A commit of an incarnation that is fenced, or has no row, is rolled back.
CREATE TABLE node (
  incarnation INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  address TEXT NOT NULL,
  life_port INTEGER NOT NULL,
  fenced INTEGER NOT NULL
) STRICT;

-- "next_sequence", "newest" (the latest time of a submission), "priorities" (a bit for each that was ever used) and the counts are
-- kept by the commits, so that nothing is counted by scanning. "ordered" is 1 once jobs of it may be in "chain".
CREATE TABLE queue (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  owner INTEGER NOT NULL,
  paused INTEGER NOT NULL DEFAULT 0,
  strategy TEXT,
  binding INTEGER,
  weights INTEGER,
  next_sequence INTEGER NOT NULL DEFAULT 0,
  newest INTEGER NOT NULL DEFAULT 0,
  priorities INTEGER NOT NULL DEFAULT 0,
  ready INTEGER NOT NULL DEFAULT 0,
  later INTEGER NOT NULL DEFAULT 0,
  dead INTEGER NOT NULL DEFAULT 0,
  ordered INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE horizon (
  queue INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  key INTEGER NOT NULL,
  PRIMARY KEY (queue, priority)
) STRICT, WITHOUT ROWID;

-- Kinds, workers and strategies, so that a job's row holds small numbers.
CREATE TABLE word (
  id INTEGER PRIMARY KEY,
  text TEXT NOT NULL UNIQUE
) STRICT;

-- Jobs that can be dispatched. The key is the dispatch order. The four tables of jobs have the same columns, and a job is in
-- exactly one of them.
CREATE TABLE job (
  key INTEGER PRIMARY KEY,
  state INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  submitted INTEGER NOT NULL,
  listed INTEGER,
  source TEXT,
  allowed INTEGER,
  time_limit INTEGER,
  run_at INTEGER,
  at INTEGER NOT NULL,
  used INTEGER NOT NULL,
  crashes INTEGER NOT NULL,
  runs INTEGER NOT NULL,
  worker INTEGER,
  started INTEGER,
  ended INTEGER,
  outcome INTEGER,
  why INTEGER,
  reason INTEGER,
  error TEXT,
  history TEXT,
  result BLOB,
  payload BLOB
) STRICT;


-- Jobs, by source, of queues that keep the order of their sources, until they are final. A partial index of "job" would cost every
-- other job a twentieth.
CREATE TABLE chain (
  name TEXT NOT NULL,
  link INTEGER NOT NULL,
  PRIMARY KEY (name, link)
) STRICT, WITHOUT ROWID;

-- Scheduled and retrying jobs; "at" is when they are due.
CREATE TABLE later (
  key INTEGER PRIMARY KEY,
  state INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  submitted INTEGER NOT NULL,
  listed INTEGER,
  source TEXT,
  allowed INTEGER,
  time_limit INTEGER,
  run_at INTEGER,
  at INTEGER NOT NULL,
  used INTEGER NOT NULL,
  crashes INTEGER NOT NULL,
  runs INTEGER NOT NULL,
  worker INTEGER,
  started INTEGER,
  ended INTEGER,
  outcome INTEGER,
  why INTEGER,
  reason INTEGER,
  error TEXT,
  history TEXT,
  result BLOB,
  payload BLOB
) STRICT;
CREATE INDEX later_due ON later (key >> 52, at, key);

-- Succeeded jobs, without their payloads; "at" is when that was stored.
CREATE TABLE done (
  key INTEGER PRIMARY KEY,
  state INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  submitted INTEGER NOT NULL,
  listed INTEGER,
  source TEXT,
  allowed INTEGER,
  time_limit INTEGER,
  run_at INTEGER,
  at INTEGER NOT NULL,
  used INTEGER NOT NULL,
  crashes INTEGER NOT NULL,
  runs INTEGER NOT NULL,
  worker INTEGER,
  started INTEGER,
  ended INTEGER,
  outcome INTEGER,
  why INTEGER,
  reason INTEGER,
  error TEXT,
  history TEXT,
  result BLOB,
  payload BLOB
) STRICT;

-- Dead, discarded and cancelled jobs: whole, since somebody may retry them.
CREATE TABLE ended (
  key INTEGER PRIMARY KEY,
  state INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  submitted INTEGER NOT NULL,
  listed INTEGER,
  source TEXT,
  allowed INTEGER,
  time_limit INTEGER,
  run_at INTEGER,
  at INTEGER NOT NULL,
  used INTEGER NOT NULL,
  crashes INTEGER NOT NULL,
  runs INTEGER NOT NULL,
  worker INTEGER,
  started INTEGER,
  ended INTEGER,
  outcome INTEGER,
  why INTEGER,
  reason INTEGER,
  error TEXT,
  history TEXT,
  result BLOB,
  payload BLOB
) STRICT;
CREATE INDEX ended_at ON ended (state, at);

-- Idempotency keys and the jobs that have them; "high" and "low" are what the job asks for, hashed. A key is free again a day after
-- "submitted". Jobs without a key never touch it.
CREATE TABLE idempotency (
  queue INTEGER NOT NULL,
  key TEXT NOT NULL,
  job INTEGER NOT NULL,
  high INTEGER NOT NULL,
  low INTEGER NOT NULL,
  submitted INTEGER NOT NULL,
  PRIMARY KEY (queue, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_submitted ON idempotency (submitted);

-- Jobs that callers put in within transactions of their own, until the owner of the queue takes them. "key" is what was set aside for the
-- job, or -1. A number is never used again.
CREATE TABLE inbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  queue TEXT NOT NULL,
  key INTEGER NOT NULL,
  kind TEXT NOT NULL,
  submitted INTEGER NOT NULL,
  source TEXT,
  priority INTEGER NOT NULL,
  run_at INTEGER NOT NULL,
  time_limit INTEGER NOT NULL,
  allowed INTEGER NOT NULL,
  idempotency_key TEXT,
  high INTEGER NOT NULL,
  low INTEGER NOT NULL,
  payload BLOB NOT NULL
) STRICT;
