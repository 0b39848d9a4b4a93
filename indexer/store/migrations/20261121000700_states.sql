-- Where things stand now: the latest fact of each key. Views, so that no rewind can leave them stale.

create view content_states as
select c.block_number, c.log_index, c.content_id, c.content_no, c.kind, c.creator as registered_by,
  coalesce(t.to_account, c.creator) as creator, coalesce(t.generation, 0) as generation, p.pending as pending_creator,
  coalesce(l.level, 0) as creator_level, coalesce(s.status, 'active') as status,
  coalesce(v.version, 0) as version, coalesce(v.content_hash, c.content_hash) as content_hash,
  coalesce(v.cid, c.cid) as cid, coalesce(v.key_commitment, c.key_commitment) as key_commitment,
  coalesce(v.metadata_cid, c.metadata_cid) as metadata_cid,
  coalesce(n.meter_id, c.meter_id) as meter_id, m.url as meter_url, m.signer as meter_signer
from contents c
left join lateral (
  select * from content_transfers f
  where f.content_id = c.content_id
  order by f.block_number desc, f.log_index desc limit 1
) t on true
left join lateral (
  select pending from content_proposals f
  where f.content_id = c.content_id
    and (t.block_number is null or (f.block_number, f.log_index) > (t.block_number, t.log_index))
  order by f.block_number desc, f.log_index desc limit 1
) p on true
left join lateral (
  select level from creator_levels f
  where f.creator = coalesce(t.to_account, c.creator)
  order by f.block_number desc, f.log_index desc limit 1
) l on true
left join lateral (
  select status from content_statuses f
  where f.content_id = c.content_id
  order by f.block_number desc, f.log_index desc limit 1
) s on true
left join lateral (
  select * from content_versions f
  where f.content_id = c.content_id
  order by f.version desc limit 1
) v on true
left join lateral (
  select meter_id from content_meters f
  where f.content_id = c.content_id
  order by f.block_number desc, f.log_index desc limit 1
) n on true
left join meters m on m.meter_id = coalesce(n.meter_id, c.meter_id);
comment on column content_states.creator is 'the owner now';
comment on column content_states.pending_creator is 'null or zero: nobody';
comment on column content_states.content_hash is 'of the newest version, as cid, key_commitment and metadata_cid are';

create view content_editions as
select block_number, log_index, content_id, 0 as version, content_hash, cid, key_commitment, metadata_cid from contents
union all
select block_number, log_index, content_id, version, content_hash, cid, key_commitment, metadata_cid
from content_versions;

create view offer_states as
select o.*,
  case
    when exists (select from offer_closures f where f.offer_id = o.offer_id) then 'closed'
    when exists (
      select from content_transfers f
      where f.content_id = o.content_id and (f.block_number, f.log_index) > (o.block_number, o.log_index)
    ) then 'outdated'
    else 'open'
  end as state,
  (select count(*) from licenses l where l.offer_id = o.offer_id) as sold
from offers o;
comment on column offer_states.state is 'outdated: the content has another owner since, so nobody may buy';

create view license_epochs as
select e.*, k.block_number is not null as proved, a.block_number is not null as accepted,
  k.ephemeral_x, k.ephemeral_y, k.c0, k.c1
from (
  select block_number, log_index, license_id, 0::bigint as epoch, profile_id, content_version from licenses
  union all
  select block_number, log_index, license_id, epoch, profile_id, content_version from license_rebindings
) e
left join lateral (
  select * from key_deliveries f
  where f.license_id = e.license_id and f.epoch = e.epoch
  order by f.block_number desc, f.log_index desc limit 1
) k on true
left join lateral (
  select block_number from key_acceptances f
  where f.license_id = e.license_id and f.epoch = e.epoch
  order by f.block_number desc, f.log_index desc limit 1
) a on true;
comment on view license_epochs is 'To whose keys a license was bound, and whether the content key reached them.';
comment on column license_epochs.proved is 'delivered with a verified proof';
comment on column license_epochs.accepted is 'the licensee signed that it arrived';

create view license_states as
select l.block_number, l.log_index, l.license_id, l.offer_id, l.content_id, l.licensee, l.payer, l.meter_id,
  l.starts_at, l.token, l.total, l.referrer, o.kind, o.delivery, o.transferable, o.bond > 0 as bonded, o.royalty_bps,
  coalesce(t.to_account, l.licensee) as owner,
  coalesce(r.units, l.units) as units, coalesce(r.periods, 1) as periods,
  coalesce(x.expires_at, l.expires_at) as expires_at, x.ended is true as ended,
  e.epoch, e.profile_id, e.content_version, e.proved, e.accepted, e.ephemeral_x, e.ephemeral_y, e.c0, e.c1,
  greatest(coalesce(p.settled_units, 0), coalesce(s.settled_units, 0)) as settled_units
from licenses l
join offers o on o.offer_id = l.offer_id
left join lateral (
  select to_account from license_transfers f
  where f.license_id = l.license_id
  order by f.block_number desc, f.log_index desc limit 1
) t on true
left join lateral (
  select units, periods from license_renewals f
  where f.license_id = l.license_id
  order by f.block_number desc, f.log_index desc limit 1
) r on true
left join lateral (
  select expires_at, ended from (
    select block_number, log_index, expires_at, false as ended from license_renewals f
    where f.license_id = l.license_id
    union all
    select block_number, log_index, expires_at, true from license_endings f
    where f.license_id = l.license_id
  ) f
  order by block_number desc, log_index desc limit 1
) x on true
left join lateral (
  select * from license_epochs f
  where f.license_id = l.license_id
  order by f.epoch desc limit 1
) e on true
left join lateral (
  select settled_units from usage_proofs f
  where f.license_id = l.license_id
  order by f.block_number desc, f.log_index desc limit 1
) p on true
left join lateral (
  select settled_units from usage_signatures f
  where f.license_id = l.license_id
  order by f.block_number desc, f.log_index desc limit 1
) s on true;
comment on column license_states.epoch is 'the latest, as profile_id, content_version, proved, accepted and the sealed key are';
comment on column license_states.ended is 'its payer ended it early';
comment on column license_states.settled_units is 'of all lanes and epochs; totals never fall, so the larger is the later';

create view lane_states as
select l.ctx, l.license_id, l.content_id, l.lane, l.epoch, l.first_block_number, l.first_log_index,
  p.head_after as proved_head, coalesce(p.proved_total, 0) as proved_total, p.window_end as last_window_end,
  s.head as signed_head, s.seq as signed_seq, coalesce(s.signed_total, 0) as signed_total,
  greatest(coalesce(p.settled_total, 0), coalesce(s.settled_total, 0)) as settled_total
from (
  select distinct on (license_id, ctx) license_id, ctx, content_id, lane, epoch,
    block_number as first_block_number, log_index as first_log_index
  from (
    select block_number, log_index, license_id, ctx, content_id, lane, epoch from usage_proofs
    union all
    select block_number, log_index, license_id, ctx, content_id, lane, epoch from usage_signatures
  ) u
  order by license_id, ctx, block_number, log_index
) l
left join lateral (
  select * from usage_proofs f
  where f.ctx = l.ctx
  order by f.block_number desc, f.log_index desc limit 1
) p on true
left join lateral (
  select * from usage_signatures f
  where f.ctx = l.ctx
  order by f.block_number desc, f.log_index desc limit 1
) s on true;

create view payment_states as
select p.block_number, p.log_index, p.payment_id, p.license_id, p.payer, p.token, p.rule, p.split_id, p.fee_id,
  p.starts_at, p.dispute_window_secs,
  case
    when p.payment_id = p.license_id then 'price'
    when p.payment_id = p.license_id + 1 and n.bonded is true then 'bond'
    else 'renewal'
  end as purpose,
  case
    when p.rule = 'cliff' and b.closed is true then 'refunded'
    when r.closed is true or b.closed is true then 'closed'
    when d.releasable_at is not null then 'delivered'
    else 'held'
  end as state,
  coalesce(a.amount, p.amount) as amount,
  coalesce(m.deadline, p.deadline) as deadline,
  d.releasable_at,
  coalesce(u.due, 0) as due,
  coalesce(r.released, 0) as released,
  coalesce((select sum(f.fee) from payment_releases f where f.payment_id = p.payment_id), 0) as fee_paid,
  coalesce(b.refunded, 0) as refunded,
  case
    when f.block_number is not null
      and (t.block_number is null or (f.block_number, f.log_index) > (t.block_number, t.log_index))
    then f.frozen_at
  end as frozen_at,
  coalesce(f.dispute_id, 0) as dispute_id,
  coalesce(t.paused_secs, 0) as paused_secs
from payments p
left join lateral (
  select o.bond > 0 as bonded from licenses l join offers o on o.offer_id = l.offer_id
  where l.license_id = p.license_id
) n on true
left join lateral (
  select amount from payment_topups x
  where x.payment_id = p.payment_id
  order by x.block_number desc, x.log_index desc limit 1
) a on true
left join lateral (
  select deadline from (
    select block_number, log_index, deadline from payment_topups x where x.payment_id = p.payment_id
    union all
    select block_number, log_index, deadline from payment_deadlines x where x.payment_id = p.payment_id
  ) x
  order by x.block_number desc, x.log_index desc limit 1
) m on true
left join lateral (
  select releasable_at from payment_deliveries x
  where x.payment_id = p.payment_id
  order by x.block_number desc, x.log_index desc limit 1
) d on true
left join lateral (
  select due from payment_dues x
  where x.payment_id = p.payment_id
  order by x.block_number desc, x.log_index desc limit 1
) u on true
left join lateral (
  select released, closed from payment_releases x
  where x.payment_id = p.payment_id
  order by x.block_number desc, x.log_index desc limit 1
) r on true
left join lateral (
  select refunded, closed from payment_refunds x
  where x.payment_id = p.payment_id
  order by x.block_number desc, x.log_index desc limit 1
) b on true
left join lateral (
  select * from payment_freezes x
  where x.payment_id = p.payment_id
  order by x.block_number desc, x.log_index desc limit 1
) f on true
left join lateral (
  select * from payment_unfreezes x
  where x.payment_id = p.payment_id
  order by x.block_number desc, x.log_index desc limit 1
) t on true;
comment on column payment_states.purpose is 'price: the license''s first; bond: from which overage is paid; renewal: periods added later';
comment on column payment_states.amount is 'held in all, top-ups included';
comment on column payment_states.frozen_at is 'null unless frozen now';
comment on column payment_states.dispute_id is 'what froze it last; 0: never frozen';

create view payment_movements as
select m.*, p.token
from (
  select block_number, log_index, payment_id, 'held' as movement, amount, 0::numeric as fee, deadline from payments
  union all
  select block_number, log_index, payment_id, 'topped_up', added, 0, deadline from payment_topups
  union all
  select block_number, log_index, payment_id, 'deadline_moved', 0, 0, deadline from payment_deadlines
  union all
  select block_number, log_index, payment_id, 'released', amount, fee, to_timestamp(0) from payment_releases
  union all
  select block_number, log_index, payment_id, 'refunded', amount, 0, to_timestamp(0) from payment_refunds
) m
join payments p on p.payment_id = m.payment_id;

create view token_states as
select distinct on (token) block_number, log_index, token, token_id, open
from tokens
order by token, block_number desc, log_index desc;

create view dispute_hearings as
select block_number, log_index, dispute_id, false as appeal, null::bytea as appellant, arbitrator, external_id, deadline
from dispute_escalations
union all
select block_number, log_index, dispute_id, true, appellant, arbitrator, external_id, deadline
from dispute_appeals;
comment on view dispute_hearings is 'When a dispute came before an ERC-792 arbitrator.';

create view dispute_states as
select d.block_number, d.log_index, d.dispute_id, d.license_id, d.filer, d.payment_id, d.kind, d.arbitrator,
  d.appeal_arbitrator, d.bond, d.evidence_cid,
  coalesce(
    case
      when d.kind in ('non_delivery', 'content_mismatch') then (
        select f.to_account from licenses l join content_transfers f on f.content_id = l.content_id
        where l.license_id = d.license_id
        order by f.block_number desc, f.log_index desc limit 1
      )
      else (
        select f.to_account from license_transfers f
        where f.license_id = d.license_id
        order by f.block_number desc, f.log_index desc limit 1
      )
    end,
    d.respondent
  ) as respondent,
  case when x.ruling is not null then 'executed' else coalesce(n.state, 'filed') end as state,
  coalesce(n.deadline, d.deadline) as deadline,
  coalesce(x.ruling, r.ruling) as ruling, r.executable_from, x.bond_recipient,
  exists (
    select from dispute_evidence f where f.dispute_id = d.dispute_id and f.party <> d.filer
  ) as answered
from disputes d
left join lateral (
  select ruling, executable_from from dispute_rulings f
  where f.dispute_id = d.dispute_id
  order by f.block_number desc, f.log_index desc limit 1
) r on true
left join lateral (
  select ruling, bond_recipient from dispute_executions f
  where f.dispute_id = d.dispute_id
  order by f.block_number desc, f.log_index desc limit 1
) x on true
left join lateral (
  select state, deadline from (
    select block_number, log_index, 'escalated' as state, deadline from dispute_escalations f
    where f.dispute_id = d.dispute_id
    union all
    select f.block_number, f.log_index, 'ruled',
      case
        when f.executable_from > b.timestamp then f.executable_from - interval '1 second' else f.executable_from
      end
    from dispute_rulings f join blocks b on b.number = f.block_number
    where f.dispute_id = d.dispute_id
    union all
    select block_number, log_index, 'appealed', deadline from dispute_appeals f
    where f.dispute_id = d.dispute_id
  ) f
  order by block_number desc, log_index desc limit 1
) n on true;
comment on column dispute_states.respondent is 'who holds the other side of the license now';
comment on column dispute_states.answered is 'only filer and respondent may add evidence';
comment on column dispute_states.deadline is 'of the present state: then anyone may time it out, or execute what is ruled';
comment on column dispute_states.executable_from is 'null: not ruled';

create view balances as
select distinct on (account, token) account, token, balance, block_number, log_index
from (
  select account, token, balance, block_number, log_index from credits
  union all
  select account, token, balance, block_number, log_index from withdrawals
) f
order by account, token, block_number desc, log_index desc;
