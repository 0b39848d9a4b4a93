use super::*;

const CTX: U256 = U256::from_limbs([77, 0, 0, 0]);

fn event(time: u64, units: u16) -> Event {
    Event { time, units, call: call_hash(CTX, b"GET /content bytes=0-99", &[time as u8; 32]) }
}

#[derive(Deserialize)]
struct Case {
    ctx: U256,
    events: Vec<Event>,
    heads: Vec<Head>,
}

#[test]
fn a_second_implementation_agrees_on_every_head() {
    let case: Case = serde_json::from_str(include_str!("../../vectors/chain.json")).unwrap();
    assert!(case.events.len() > BLOCK_EVENTS * 2);
    let mut chain = Accumulator::genesis(case.ctx);
    for (event, head) in case.events.iter().zip(&case.heads) {
        assert_eq!(chain.step(event), Ok(*head));
    }
}

#[test]
fn extending_at_once_is_stepping_one_by_one() {
    let events: Vec<Event> = (0..60u64).map(|i| event(1_000 + i * i, i as u16)).collect();
    for (start, end) in [(0, 0), (0, 1), (0, 24), (5, 24), (24, 25), (23, 60), (0, 60)] {
        let mut stepped = Accumulator::genesis(CTX);
        for event in &events[..start] {
            stepped.step(event).unwrap();
        }
        let mut extended = stepped.clone();
        for event in &events[start..end] {
            stepped.step(event).unwrap();
        }
        assert_eq!(extended.extend(&events[start..end]), Ok(stepped.signable()));
        assert_eq!(extended, stepped, "{start}..{end}");
        // A refused event leaves the chain where the events before it put it.
        let refused = [events[start..end].to_vec(), vec![event(1, 1); 2]].concat();
        if end > 0 {
            let mut extended = Accumulator::genesis(CTX);
            extended.extend(&events[..start]).unwrap();
            let error = StepError::TimeWentBack { time: 1, last: stepped.last };
            assert_eq!(extended.extend(&refused), Err((end - start, error)));
            assert_eq!(extended, stepped, "{start}..{end}");
        }
    }
}

#[test]
fn genesis_has_head_zero_and_the_first_delta_is_zero() {
    let mut chain = Accumulator::genesis(CTX);
    assert_eq!(chain.head(), U256::ZERO);
    chain.step(&event(1_800_000_000, 3)).unwrap();
    assert_eq!(chain.words[0], U256::from(3) << 24);
    assert_ne!(chain.head(), U256::ZERO);
}

#[test]
fn a_stored_chain_resumes_from_any_event() {
    let mut whole = Accumulator::genesis(CTX);
    let mut resumed = Accumulator::genesis(CTX);
    for i in 0..60u64 {
        let event = event(1_000 + i * i, i as u16);
        let head = whole.step(&event).unwrap();
        let stored = serde_json::to_string(&resumed).unwrap();
        resumed = serde_json::from_str(&stored).unwrap();
        assert_eq!(resumed.step(&event), Ok(head));
        assert_eq!(head.seq, i + 1);
    }
    assert_eq!(whole.fill, 12);
    assert_eq!(whole, resumed);
}

#[test]
fn gaps_and_backward_time_are_refused_and_change_nothing() {
    let mut chain = Accumulator::genesis(CTX);
    chain.step(&event(5_000, 1)).unwrap();
    let before = chain.clone();
    let refused = [
        (event(4_999, 1), StepError::TimeWentBack { time: 4_999, last: 5_000 }),
        (event(5_000 + (1 << 24), 1), StepError::GapTooLong { time: 5_000 + (1 << 24), last: 5_000 }),
        (event(1 << 40, 1), StepError::TimeOutOfRange(1 << 40)),
    ];
    for (event, error) in refused {
        assert_eq!(chain.step(&event), Err(error));
    }
    let call = U256::MAX;
    let bad_call = Event { call, ..event(5_001, 1) };
    assert_eq!(chain.step(&bad_call), Err(StepError::CallNotCanonical(call)));
    assert_eq!(chain, before);
    assert!(chain.step(&event(5_000 + (1 << 24) - 1, u16::MAX)).is_ok());
}

#[test]
fn every_part_of_an_event_moves_the_head() {
    let head = |event: Event| {
        let mut chain = Accumulator::genesis(CTX);
        chain.step(&self::event(100, 1)).unwrap();
        chain.step(&event).unwrap().head
    };
    let base = event(200, 1);
    assert_ne!(head(base), head(Event { time: 201, ..base }));
    assert_ne!(head(base), head(Event { units: 0, ..base }));
    assert_ne!(head(base), head(Event { call: U256::from(1), ..base }));
}
