-- Proofs to be made: a job holds all that one is made from but the licensee's key, and afterwards the proof.
-- It lives in a schema of its own, so that it may share a database with the mirror or not.

create table proving.jobs (
  id bigint generated always as identity primary key,
  license_id bigint not null check (license_id >= 0),
  epoch bigint not null check (epoch between 0 and 4294967295),
  lane bigint not null check (lane between 0 and 4294967295),
  ctx bytea not null check (octet_length(ctx) = 32),
  licensee bytea not null check (octet_length(licensee) = 32),
  head_before bytea not null check (octet_length(head_before) = 32),
  head_after bytea not null check (octet_length(head_after) = 32 and head_after <> head_before),
  seq_before bigint not null check (seq_before >= 0),
  events integer not null check (events between 1 and capacity),
  capacity integer not null check (capacity in (128, 1024)),
  payload bytea check (octet_length(payload) <= 65536),
  state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
  attempts integer not null default 0 check (attempts >= 0),
  max_attempts integer not null default 5 check (max_attempts > 0),
  claims bigint not null default 0,
  run_after timestamptz not null default now(),
  lease_until timestamptz,
  worker text,
  error text,
  proof bytea check (octet_length(proof) = 256),
  public_inputs bytea check (octet_length(public_inputs) = 192),
  proving_ms bigint,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  -- Submitting a range twice is one job.
  unique (ctx, head_before, head_after),
  check ((state = 'running') = (lease_until is not null)),
  check ((state = 'done') = (proof is not null)),
  check ((state = 'done') = (public_inputs is not null)),
  check ((state = 'done') = (payload is null)),
  check ((state in ('done', 'failed', 'cancelled')) = (finished_at is not null))
);
comment on table proving.jobs is 'One usage proof each. Confidential until done: the payload tells when each event was.';
comment on column proving.jobs.ctx is 'chain, tracker, license, content, lane and epoch, hashed; big-endian, as all words here';
comment on column proving.jobs.licensee is 'commitment of whose key must prove it; the key itself never comes here';
comment on column proving.jobs.head_before is 'zero: genesis';
comment on column proving.jobs.seq_before is 'events of the lane before this job''s';
comment on column proving.jobs.payload is 'accumulator, events, meter key and signature, window; dropped once proved';
comment on column proving.jobs.attempts is 'of this submission; a worker that was asked to stop does not count';
comment on column proving.jobs.claims is 'ever: who claimed earlier may no longer write';
comment on column proving.jobs.proof is 'the eight words of the verifier';
comment on column proving.jobs.public_inputs is 'the six words of the verifier';

-- From a head, one live job goes on: those of a lane never overlap.
create unique index one_way_on on proving.jobs (ctx, head_before) where state in ('queued', 'running', 'done');
create index jobs_open on proving.jobs (licensee, run_after, id) where state in ('queued', 'running');
create index jobs_by_license on proving.jobs (license_id, lane, state);
create index jobs_by_seq on proving.jobs (ctx, seq_before);
create index jobs_finished on proving.jobs (finished_at) where state = 'done';

create function proving.keep_done() returns trigger language plpgsql as $$
begin
  raise exception 'job % is done: its proof never changes', old.id;
end $$;
create trigger keep_done before update on proving.jobs
  for each row when (old.state = 'done') execute function proving.keep_done();
