use super::*;

fn sample() -> Metadata {
    Metadata {
        title: "Palmer penguins".into(),
        description: "Size measurements of three species.\nThree islands.".into(),
        license: "CC0-1.0".into(),
        tags: vec!["biology".into(), "tabular".into()],
        creator: "Palmer Station LTER".into(),
        version: "1.0.0".into(),
        date_published: "2026-01-31".into(),
        source_url: Some("https://www.npmjs.com/package/vega-datasets".into()),
        file_name: "penguins.json".into(),
        media_type: "application/json".into(),
        size: 67_119,
        sha256: [0x11; 32],
        cid: crate::cid_of(&b"sealed"[..]).unwrap().0,
        sealed_size: 67_319,
        sealed_sha256: [0x22; 32],
    }
}

#[test]
fn croissant_round_trips() {
    for metadata in [sample(), Metadata { source_url: None, tags: vec![], ..sample() }] {
        let document = metadata.to_croissant().unwrap();
        assert_eq!(Metadata::from_croissant(&document).unwrap(), metadata);
        let bytes = metadata.to_bytes().unwrap();
        assert_eq!(Metadata::from_bytes(&bytes).unwrap(), metadata);
        assert_eq!(serde_json::from_slice::<Value>(&bytes).unwrap(), document);
    }
}

#[test]
fn bytes_are_those_that_mlcroissant_accepted() {
    let pinned = include_str!("../../vectors/croissant.json");
    assert_eq!(String::from_utf8(sample().to_bytes().unwrap()).unwrap(), pinned.trim_end());
}

#[test]
fn a_document_names_the_ciphertext_and_both_hashes() {
    let document = sample().to_croissant().unwrap();
    assert_eq!(document["@type"], "sc:Dataset");
    assert_eq!(document["conformsTo"], "http://mlcommons.org/croissant/1.1");
    let [sealed, plain] = [0, 1].map(|i| &document["distribution"][i]);
    assert_eq!(sealed["contentUrl"], format!("ipfs://{}", sample().cid));
    assert_eq!(sealed["sha256"], "22".repeat(32));
    assert_eq!(plain["containedIn"]["@id"], sealed["@id"]);
    assert_eq!(plain["encodingFormat"], "application/json");
    assert_eq!(plain["contentSize"], "67119 B");
}

#[test]
fn hostile_fields_are_refused_by_name() {
    let change = |edit: fn(&mut Metadata)| {
        let mut metadata = sample();
        edit(&mut metadata);
        metadata.to_croissant().unwrap_err().to_string()
    };
    type Break = fn(&mut Metadata);
    let cases: [(&str, Break); 12] = [
        ("title", |m| m.title.clear()),
        ("title", |m| m.title = "\u{1b}[2Jgone".into()),
        ("title", |m| m.title = "safe\u{202e}txt.exe".into()),
        ("description", |m| m.description = "x".repeat(10_001)),
        ("license", |m| m.license = "l".repeat(501)),
        ("tags", |m| m.tags = vec!["t".into(); 33]),
        ("date_published", |m| m.date_published = "yesterday!".into()),
        ("source_url", |m| m.source_url = Some("javascript:alert(1)".into())),
        ("file_name", |m| m.file_name = "../../.bashrc".into()),
        ("file_name", |m| m.file_name = "..".into()),
        ("file_name", |m| m.file_name = "a\\b".into()),
        ("media_type", |m| m.media_type = "csv".into()),
    ];
    for (field, edit) in cases {
        let error = change(edit);
        assert!(error.contains(&format!("`{field}`")), "{error}");
    }
}

#[test]
fn hostile_documents_are_refused() {
    let refuse = |pointer: &str, value: Value| {
        let mut document = sample().to_croissant().unwrap();
        *document.pointer_mut(pointer).unwrap() = value;
        Metadata::from_croissant(&document).unwrap_err()
    };
    refuse("/@type", "sc:Person".into());
    refuse("/conformsTo", "http://mlcommons.org/croissant/0.8".into());
    refuse("/distribution", Value::Array(vec![]));
    refuse("/distribution/0/contentUrl", "https://example.org/a".into());
    refuse("/distribution/0/contentUrl", "ipfs://nonsense".into());
    refuse("/distribution/1/containedIn/@id", "elsewhere".into());
    refuse("/distribution/1/contentSize", "-1 B".into());
    refuse("/distribution/1/sha256", "11".into());
    refuse("/distribution/1/name", "../evil".into());
    refuse("/name", Value::Null);
    assert!(matches!(Metadata::from_bytes(&vec![b' '; MAX_METADATA_BYTES + 1]), Err(MetadataError::TooLarge { .. })));
    assert!(Metadata::from_bytes(&[b'['; 10_000]).is_err());
}

#[test]
fn metadata_is_stored_by_cid_and_bounded_when_read() {
    let folder = tempfile::tempdir().unwrap();
    let store = crate::EmbeddedStore::open(folder.path()).unwrap();
    let cid = store.add(sample().to_bytes().unwrap().as_slice()).unwrap().cid;
    let bytes = store.read_all(&cid, MAX_METADATA_BYTES as u64).unwrap();
    assert_eq!(Metadata::from_bytes(&bytes).unwrap(), sample());
}
