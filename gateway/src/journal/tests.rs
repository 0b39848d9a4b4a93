use alloy::primitives::B256;
use domain::{ContentId, LicenseId};
use proptest::prelude::*;
use statement::SecretKey;

use super::*;

const LICENSE: LicenseId = LicenseId(3);

fn lane(number: u32) -> Lane {
    Lane { license_id: LICENSE, lane: number, epoch: 0 }
}

/// An event of `units` after `chain`, which it extends.
fn event(chain: &mut Accumulator, units: u16, salt: u8) -> FetchRequest {
    let mut request = FetchRequest {
        content_id: ContentId(B256::ZERO),
        epoch: 0,
        start: 0,
        end: 1,
        time: 1_800_000_000,
        units,
        salt: B256::repeat_byte(salt),
        ctx: chain.ctx,
        seq: 0,
        total: 0,
        head: U256::ZERO,
        licensee_signature: Bytes::from_static(&[1; 65]),
    };
    let head = chain.step(&request.event()).unwrap();
    (request.seq, request.total, request.head) = (head.seq, head.total, head.head);
    request
}

fn sign(head: &Head) -> Result<MeterSignatures, SigningError> {
    let eddsa = SecretKey::derive(&[1; 32], "meter").sign(head.head);
    Ok(MeterSignatures { eip712: Bytes::from_static(&[2; 65]), eddsa })
}

fn open() -> (tempfile::TempDir, Journal) {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(&folder.path().join("journal.sqlite")).unwrap();
    (folder, journal)
}

#[test]
fn what_was_appended_is_there_after_reopening() {
    let (folder, journal) = open();
    let mut chain = Accumulator::genesis(U256::from(9));
    let appended: Vec<_> = (0..30)
        .map(|i| journal.append(lane(0), &event(&mut chain, i, 1), Some(1_000), sign).unwrap().entry().clone())
        .collect();
    drop(journal);
    let journal = Journal::open(&folder.path().join("journal.sqlite")).unwrap();
    for entry in &appended {
        assert_eq!(journal.event(chain.ctx, entry.request.seq).unwrap().as_ref(), Some(entry));
    }
    assert_eq!(journal.last(chain.ctx).unwrap().as_ref(), appended.last());
    assert_eq!(journal.last_of_license(LICENSE).unwrap().as_slice(), &appended[29..]);
    assert_eq!(journal.licenses().unwrap(), [LICENSE]);
    assert_eq!(journal.used_units(LICENSE).unwrap(), chain.total);
    journal.append(lane(0), &event(&mut chain, 1, 1), Some(1_000), sign).unwrap();
}

#[test]
fn an_event_that_cannot_be_signed_is_not_recorded() {
    let (_folder, journal) = open();
    let mut chain = Accumulator::genesis(U256::from(9));
    let request = event(&mut chain, 5, 1);
    let error = journal.append(lane(0), &request, Some(10), |_| Err(SigningError::HighS)).unwrap_err();
    assert!(matches!(error, AppendError::Signing(_)));
    assert!(journal.last(chain.ctx).unwrap().is_none());
    assert_eq!(journal.used_units(LICENSE).unwrap(), 0);
}

#[test]
fn a_journal_of_a_newer_program_is_not_touched() {
    let (folder, journal) = open();
    drop(journal);
    let path = folder.path().join("journal.sqlite");
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 2).unwrap();
    assert!(matches!(Journal::open(&path), Err(DatabaseError::Newer { found: 2, known: 1, .. })));
}

#[test]
fn many_may_open_a_new_journal_at_once() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..20 {
        let path = folder.path().join(format!("{round}.sqlite"));
        std::thread::scope(|scope| {
            for number in 0..4_u64 {
                let path = path.clone();
                scope.spawn(move || {
                    let journal = Journal::open(&path).unwrap();
                    let mut chain = Accumulator::genesis(U256::from(number));
                    journal.append(lane(0), &event(&mut chain, 1, 1), Some(4), sign).unwrap();
                });
            }
        });
        assert_eq!(Journal::open(&path).unwrap().used_units(LICENSE).unwrap(), 4);
    }
}

#[test]
fn a_journal_can_be_read_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, journal) = open();
    journal.append(lane(0), &event(&mut Accumulator::genesis(U256::from(9)), 1, 1), None, sign).unwrap();
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", file.path());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// The invariants of [`Journal`], under any mix of lanes, repetitions and conflicts.
    #[test]
    fn lanes_sum_to_the_licenses_units_and_stay_within_the_grant(
        steps in prop::collection::vec((0..3_u32, 0..6_u16, 0..4_u8), 1..40),
        granted in 0..60_u64,
    ) {
        let (_folder, journal) = open();
        let mut chains: Vec<_> = (0..3_u64).map(|lane| Accumulator::genesis(U256::from(100 + lane))).collect();
        let mut last: Vec<Option<FetchRequest>> = vec![None; 3];
        for (number, units, action) in steps {
            let index = number as usize;
            let used: u64 = chains.iter().map(|chain| chain.total).sum();
            match (action, last[index].clone()) {
                (0, Some(request)) => {
                    let outcome = journal.append(lane(number), &request, Some(granted), sign).unwrap();
                    prop_assert!(matches!(outcome, Appended::Repeated(_)));
                }
                (1, Some(mut request)) => {
                    request.salt = B256::repeat_byte(0xEE);
                    let outcome = journal.append(lane(number), &request, Some(granted), sign);
                    let conflict = matches!(outcome, Err(AppendError::SeqConflict { .. }));
                    prop_assert!(conflict);
                }
                _ => {
                    let mut chain = chains[index].clone();
                    let request = event(&mut chain, units, action);
                    let fits = units == 0 || used + u64::from(units) <= granted;
                    match journal.append(lane(number), &request, Some(granted), sign) {
                        Ok(Appended::New(_)) if fits => {
                            chains[index] = chain;
                            last[index] = Some(request);
                        }
                        Err(AppendError::UnitsExhausted { .. }) if !fits => {}
                        other => prop_assert!(false, "{other:?}"),
                    }
                }
            }
            let total: u64 = chains.iter().map(|chain| chain.total).sum();
            prop_assert_eq!(journal.used_units(LICENSE).unwrap(), total);
            prop_assert!(total <= granted);
        }
    }
}
