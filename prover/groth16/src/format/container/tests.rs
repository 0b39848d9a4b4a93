use super::*;

fn file(sections: &[(u32, &[u8])]) -> Vec<u8> {
    let mut file = Writer::new("wtns", 2, 0);
    for (id, payload) in sections {
        file.section(*id, |bytes| bytes.extend(*payload));
    }
    file.finish()
}

fn error(bytes: &[u8]) -> ContainerError {
    Container::read(bytes, "wtns", 2).err().expect("the file is refused")
}

#[test]
fn sections_are_found_by_number_in_any_order() {
    let bytes = file(&[(2, b"two"), (1, b"one"), (9, b"")]);
    let container = Container::read(&bytes, "wtns", 2).unwrap();
    assert_eq!(container.section(1).unwrap().take("text", 3).unwrap(), b"one");
    assert_eq!(container.section(2).unwrap().left(), 3);
    assert_eq!(container.section(9).unwrap().end(), Ok(()));
    assert_eq!(container.section(3).unwrap_err(), ContainerError::Missing(3));
}

#[test]
fn another_kind_or_version_of_file_is_refused() {
    let bytes = file(&[(1, b"one")]);
    assert_eq!(
        Container::read(&bytes, "zkey", 1).err().unwrap().to_string(),
        "not a .zkey file: it begins with \"wtns\""
    );
    let newer = Container::read(&bytes, "wtns", 1).err().unwrap();
    assert_eq!(newer, ContainerError::Version { file: "wtns", found: 2, newest: 1 });
    let mut zero = bytes;
    zero[4] = 0;
    assert_eq!(error(&zero), ContainerError::Version { file: "wtns", found: 0, newest: 2 });
}

#[test]
fn every_cut_is_noticed() {
    let bytes = file(&[(1, b"one"), (2, b"second")]);
    for length in 0..bytes.len() {
        assert!(matches!(error(&bytes[..length]), ContainerError::Cut { .. }), "{length}");
    }
}

#[test]
fn a_section_twice_and_bytes_behind_the_last_are_refused() {
    assert_eq!(error(&file(&[(1, b"one"), (1, b"one")])), ContainerError::Twice(1));
    let mut longer = file(&[(1, b"one")]);
    longer.push(0);
    assert_eq!(error(&longer), ContainerError::Trailing(1));
}

#[test]
fn huge_counts_and_lengths_cost_nothing() {
    let mut many = file(&[]);
    many[8..12].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(matches!(error(&many), ContainerError::Cut { needed: 4, left: 0, .. }));
    let mut long = file(&[(1, b"one")]);
    long[16..24].copy_from_slice(&u64::MAX.to_le_bytes());
    assert!(matches!(error(&long), ContainerError::Cut { needed: u64::MAX, left: 3, .. }));
}

#[test]
fn a_section_names_the_field_that_it_ends_in() {
    let bytes = file(&[(7, b"abc")]);
    let container = Container::read(&bytes, "wtns", 2).unwrap();
    let mut section = container.section(7).unwrap();
    assert_eq!(section.u32("size").unwrap_err().to_string(), "section 7 ends inside size: 4 bytes needed, 3 left");
    assert!(section.records("rows", usize::MAX, 44).is_err());
    assert_eq!(section.end(), Err(ContainerError::Long { section: 7, bytes: 3 }));
}
