-- Disputes: one table per event of DisputeResolution.
-- Rows are facts: never updated, gone with their log. A key's latest fact is its state.

create table disputes (
  block_number bigint not null,
  log_index bigint not null,
  dispute_id bigint not null check (dispute_id >= 0),
  license_id bigint not null check (license_id >= 0),
  filer bytea not null check (octet_length(filer) = 20),
  payment_id bigint not null check (payment_id >= 0),
  kind text not null check (kind in ('non_delivery', 'usage_exceeded', 'non_payment', 'content_mismatch', 'unauthorized_access')),
  respondent bytea not null check (octet_length(respondent) = 20),
  arbitrator bytea not null check (octet_length(arbitrator) = 20),
  bond numeric(78, 0) not null check (bond >= 0),
  ruling_deadline timestamptz not null,
  evidence_cid bytea not null,
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table disputes is 'Disputes, as they were filed. Event DisputeFiled.';
comment on column disputes.filer is 'address';
comment on column disputes.respondent is 'address';
comment on column disputes.arbitrator is 'address';
comment on column disputes.bond is 'wei';
comment on column disputes.evidence_cid is 'binary CIDv1';
create unique index on disputes (dispute_id);
create index on disputes (license_id, block_number desc, log_index desc);
create index on disputes (payment_id, block_number desc, log_index desc);
create index on disputes (filer, block_number desc, log_index desc);

create table dispute_evidence (
  block_number bigint not null,
  log_index bigint not null,
  dispute_id bigint not null check (dispute_id >= 0),
  party bytea not null check (octet_length(party) = 20),
  evidence_cid bytea not null,
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table dispute_evidence is 'Evidence that a party added. Event EvidenceSubmitted.';
comment on column dispute_evidence.party is 'address';
comment on column dispute_evidence.evidence_cid is 'binary CIDv1';
create index on dispute_evidence (dispute_id, block_number desc, log_index desc);

create table dispute_rulings (
  block_number bigint not null,
  log_index bigint not null,
  dispute_id bigint not null check (dispute_id >= 0),
  arbitrator bytea not null check (octet_length(arbitrator) = 20),
  ruling text not null check (ruling in ('none', 'creator', 'licensee')),
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table dispute_rulings is 'Rulings. Event DisputeRuled.';
comment on column dispute_rulings.arbitrator is 'address';
create index on dispute_rulings (dispute_id, block_number desc, log_index desc);

create table dispute_executions (
  block_number bigint not null,
  log_index bigint not null,
  dispute_id bigint not null check (dispute_id >= 0),
  ruling text not null check (ruling in ('none', 'creator', 'licensee')),
  bond_recipient bytea not null check (octet_length(bond_recipient) = 20),
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table dispute_executions is 'Rulings or time-outs that were carried out. Event DisputeExecuted.';
comment on column dispute_executions.bond_recipient is 'address';
create index on dispute_executions (dispute_id, block_number desc, log_index desc);
