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
  appeal_arbitrator bytea not null check (octet_length(appeal_arbitrator) = 20),
  bond numeric(78, 0) not null check (bond >= 0),
  deadline timestamptz not null,
  evidence_cid bytea not null,
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table disputes is 'Disputes, as they were filed. Event DisputeFiled.';
comment on column disputes.filer is 'address';
comment on column disputes.payment_id is 'frozen; 0: none';
comment on column disputes.respondent is 'address';
comment on column disputes.arbitrator is 'an ERC-792 contract, or an account that rules directly; address';
comment on column disputes.appeal_arbitrator is 'decides appeals; zero: no appeal; address';
comment on column disputes.bond is 'wei';
comment on column disputes.deadline is 'after it anyone may time it out';
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

create table dispute_escalations (
  block_number bigint not null,
  log_index bigint not null,
  dispute_id bigint not null check (dispute_id >= 0),
  arbitrator bytea not null check (octet_length(arbitrator) = 20),
  external_id numeric(78, 0) not null check (external_id >= 0),
  deadline timestamptz not null,
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table dispute_escalations is 'Disputes that were brought before their ERC-792 arbitrator. Event DisputeEscalated.';
comment on column dispute_escalations.arbitrator is 'address';
comment on column dispute_escalations.external_id is 'the arbitrator''s own id of it';
create index on dispute_escalations (dispute_id, block_number desc, log_index desc);

create table dispute_rulings (
  block_number bigint not null,
  log_index bigint not null,
  dispute_id bigint not null check (dispute_id >= 0),
  ruled_by bytea not null check (octet_length(ruled_by) = 20),
  ruling text not null check (ruling in ('none', 'creator', 'licensee')),
  executable_from timestamptz not null,
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table dispute_rulings is 'Rulings; the latest holds. Event DisputeRuled.';
comment on column dispute_rulings.ruled_by is 'the arbitrator, or the dispute contract when a program decided; address';
comment on column dispute_rulings.executable_from is 'when the time for an appeal is over';
create index on dispute_rulings (dispute_id, block_number desc, log_index desc);

create table dispute_appeals (
  block_number bigint not null,
  log_index bigint not null,
  dispute_id bigint not null check (dispute_id >= 0),
  appellant bytea not null check (octet_length(appellant) = 20),
  arbitrator bytea not null check (octet_length(arbitrator) = 20),
  external_id numeric(78, 0) not null check (external_id >= 0),
  deadline timestamptz not null,
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table dispute_appeals is 'Rulings that are heard again. Event DisputeAppealed.';
comment on column dispute_appeals.appellant is 'address';
comment on column dispute_appeals.arbitrator is 'address';
comment on column dispute_appeals.external_id is 'the arbitrator''s own id of it';
create index on dispute_appeals (dispute_id, block_number desc, log_index desc);

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

create table filing_bonds (
  block_number bigint not null,
  log_index bigint not null,
  filing_bond numeric(78, 0) not null check (filing_bond >= 0),
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table filing_bonds is 'What filers post; the latest holds. Event FilingBondSet.';
comment on column filing_bonds.filing_bond is 'wei';

create table appeal_arbitrators (
  block_number bigint not null,
  log_index bigint not null,
  arbitrator bytea not null check (octet_length(arbitrator) = 20),
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table appeal_arbitrators is 'Who decides appeals in later disputes; the latest does. Event AppealArbitratorSet.';
comment on column appeal_arbitrators.arbitrator is 'zero: no appeals; address';

create table arbitrator_policies (
  block_number bigint not null,
  log_index bigint not null,
  arbitrator bytea not null check (octet_length(arbitrator) = 20),
  final_rulings boolean not null,
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table arbitrator_policies is 'Whether an arbitrator hears appeals itself; the latest holds. Event ArbitratorPolicySet.';
comment on column arbitrator_policies.arbitrator is 'address';
comment on column arbitrator_policies.final_rulings is 'its rulings are final here';
create index on arbitrator_policies (arbitrator, block_number desc, log_index desc);
