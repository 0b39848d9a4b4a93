-- Where things stand now: the latest fact of each key. Views, so that no rewind can leave them stale.

create view content_states as
select c.*, coalesce(s.status, 'active') as status, m.url as meter_url, m.signer as meter_signer
from contents c
left join meters m on m.meter_id = c.meter_id
left join lateral (
  select status from content_statuses f
  where f.content_id = c.content_id
  order by f.block_number desc, f.log_index desc limit 1
) s on true;

create view offer_states as
select o.*,
  not exists (select from offer_closures f where f.offer_id = o.offer_id) as open,
  (select count(*) from licenses l where l.offer_id = o.offer_id) as sold
from offers o;

create view license_states as
select l.*,
  coalesce(t.to_account, l.licensee) as owner,
  k.block_number is not null as delivered,
  k.epoch as key_epoch, k.ephemeral_x, k.ephemeral_y, k.c0, k.c1,
  greatest(coalesce(p.settled_units, 0), coalesce(s.settled_units, 0)) as settled_units
from licenses l
left join lateral (
  select to_account from license_transfers f
  where f.license_id = l.license_id
  order by f.block_number desc, f.log_index desc limit 1
) t on true
left join lateral (
  select * from key_deliveries f
  where f.license_id = l.license_id
  order by f.block_number desc, f.log_index desc limit 1
) k on true
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
select p.*,
  case
    when coalesce(r.closed, false) or coalesce(b.closed, false) then 'closed'
    when d.releasable_at is not null then 'delivered'
    else 'held'
  end as state,
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
  coalesce(t.paused_secs, 0) as paused_secs
from payments p
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
comment on column payment_states.frozen_at is 'null unless frozen now';

create view dispute_states as
select d.*,
  case when x.ruling is not null then 'executed' when r.ruling is not null then 'ruled' else 'filed' end as state,
  coalesce(x.ruling, r.ruling) as ruling,
  x.bond_recipient
from disputes d
left join lateral (
  select ruling from dispute_rulings f
  where f.dispute_id = d.dispute_id
  order by f.block_number desc, f.log_index desc limit 1
) r on true
left join lateral (
  select ruling, bond_recipient from dispute_executions f
  where f.dispute_id = d.dispute_id
  order by f.block_number desc, f.log_index desc limit 1
) x on true;

create view balances as
select distinct on (account, token) account, token, balance, block_number, log_index
from (
  select account, token, balance, block_number, log_index from credits
  union all
  select account, token, balance, block_number, log_index from withdrawals
) f
order by account, token, block_number desc, log_index desc;
