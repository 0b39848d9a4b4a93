//! The JSON-LD shape: a dataset whose one file is contained in its age ciphertext.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Metadata, MetadataError};
use crate::cid::parse_cid;

const CONFORMS_TO: &str = "http://mlcommons.org/croissant/1.1";
const SEALED_ID: &str = "sealed";

/// Terms that are the name with `cr:` before it.
const CROISSANT_TERMS: [&str; 25] = [
    "arrayShape",
    "citeAs",
    "column",
    "containedIn",
    "equivalentProperty",
    "extract",
    "field",
    "fileProperty",
    "fileObject",
    "fileSet",
    "format",
    "includes",
    "isArray",
    "isLiveDataset",
    "jsonPath",
    "key",
    "md5",
    "parentField",
    "path",
    "recordSet",
    "references",
    "regex",
    "repeated",
    "replace",
    "samplingRate",
];

/// A JSON-LD term definition; struct fields, not a JSON map, so that the order is ours.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Term {
    Iri(String),
    Typed {
        #[serde(rename = "@id", skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        #[serde(rename = "@type", skip_serializing_if = "Option::is_none")]
        kind: Option<String>,
        #[serde(rename = "@container", skip_serializing_if = "Option::is_none")]
        container: Option<String>,
    },
}

/// The document; unknown properties are ignored when read.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document {
    #[serde(rename = "@context", default, skip_deserializing)]
    context: BTreeMap<String, Term>,
    #[serde(rename = "@type")]
    kind: String,
    conforms_to: String,
    name: String,
    description: String,
    license: String,
    url: String,
    #[serde(default)]
    keywords: Vec<String>,
    creator: Creator,
    version: String,
    date_published: String,
    distribution: Vec<FileObject>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Creator {
    #[serde(rename = "@type")]
    kind: String,
    name: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FileObject {
    #[serde(rename = "@type")]
    kind: String,
    #[serde(rename = "@id")]
    id: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    contained_in: Option<Reference>,
    content_url: String,
    content_size: String,
    encoding_format: String,
    sha256: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Reference {
    #[serde(rename = "@id")]
    id: String,
}

fn context() -> BTreeMap<String, Term> {
    let iri = |name: &str, iri: &str| (name.to_owned(), Term::Iri(iri.to_owned()));
    let typed = |name: &str, kind: &str| {
        let (id, kind) = (Some(format!("cr:{name}")), Some(kind.to_owned()));
        (name.to_owned(), Term::Typed { id, kind, container: None })
    };
    let by_language = |name: &str| {
        let container = Some("@language".to_owned());
        (name.to_owned(), Term::Typed { id: None, kind: None, container })
    };
    let terms = CROISSANT_TERMS.iter().map(|name| iri(name, &format!("cr:{name}")));
    let rest = ["separator", "source", "subField", "transform"];
    terms
        .chain(rest.iter().map(|name| iri(name, &format!("cr:{name}"))))
        .chain([
            iri("@language", "en"),
            iri("@vocab", "https://schema.org/"),
            iri("conformsTo", "dct:conformsTo"),
            iri("cr", "http://mlcommons.org/croissant/"),
            iri("dct", "http://purl.org/dc/terms/"),
            iri("rai", "http://mlcommons.org/croissant/RAI/"),
            iri("sc", "https://schema.org/"),
            typed("data", "@json"),
            typed("dataType", "@vocab"),
            typed("examples", "@json"),
            by_language("description"),
            by_language("name"),
        ])
        .collect()
}

impl From<&Metadata> for Document {
    fn from(metadata: &Metadata) -> Self {
        let ciphertext_url = format!("ipfs://{}", metadata.cid);
        let kind = "cr:FileObject".to_owned();
        let sealed = FileObject {
            kind: kind.clone(),
            id: SEALED_ID.to_owned(),
            name: format!("{}.age", metadata.file_name),
            contained_in: None,
            content_url: ciphertext_url.clone(),
            content_size: format!("{} B", metadata.sealed_size),
            encoding_format: "application/octet-stream".to_owned(),
            sha256: hex::encode(metadata.sealed_sha256),
        };
        let plain = FileObject {
            kind,
            id: "plaintext".to_owned(),
            name: metadata.file_name.clone(),
            contained_in: Some(Reference { id: SEALED_ID.to_owned() }),
            content_url: metadata.file_name.clone(),
            content_size: format!("{} B", metadata.size),
            encoding_format: metadata.media_type.clone(),
            sha256: hex::encode(metadata.sha256),
        };
        Self {
            context: context(),
            kind: "sc:Dataset".to_owned(),
            conforms_to: CONFORMS_TO.to_owned(),
            name: metadata.title.clone(),
            description: metadata.description.clone(),
            license: metadata.license.clone(),
            url: metadata.source_url.clone().unwrap_or(ciphertext_url),
            keywords: metadata.tags.clone(),
            creator: Creator { kind: "sc:Organization".to_owned(), name: metadata.creator.clone() },
            version: metadata.version.clone(),
            date_published: metadata.date_published.clone(),
            distribution: vec![sealed, plain],
        }
    }
}

impl TryFrom<Document> for Metadata {
    type Error = MetadataError;

    fn try_from(document: Document) -> Result<Self, MetadataError> {
        let is_ours = document.kind == "sc:Dataset" && document.conforms_to == CONFORMS_TO;
        if !is_ours {
            return Err(field("conforms_to", "must be a sc:Dataset of Croissant 1.1"));
        }
        let shape = "must be the age file on ipfs:// and, contained in it, the plaintext";
        let [sealed, plain]: [FileObject; 2] =
            document.distribution.try_into().map_err(|_| field("distribution", shape))?;
        let is_contained = plain.contained_in.is_some_and(|outer| outer.id == sealed.id);
        let is_plain_name = plain.name == plain.content_url;
        if !is_contained || !is_plain_name || !sealed.content_url.starts_with("ipfs://") {
            return Err(field("distribution", shape));
        }
        Ok(Self {
            source_url: Some(document.url).filter(|url| *url != sealed.content_url),
            title: document.name,
            description: document.description,
            license: document.license,
            tags: document.keywords,
            creator: document.creator.name,
            version: document.version,
            date_published: document.date_published,
            file_name: plain.name,
            media_type: plain.encoding_format,
            size: bytes("size", &plain.content_size)?,
            sha256: hash("sha256", &plain.sha256)?,
            cid: parse_cid(&sealed.content_url)?,
            sealed_size: bytes("sealed_size", &sealed.content_size)?,
            sealed_sha256: hash("sealed_sha256", &sealed.sha256)?,
        })
    }
}

fn field(field: &'static str, rule: &str) -> MetadataError {
    MetadataError::Field { field, rule: rule.to_owned() }
}

fn bytes(name: &'static str, text: &str) -> Result<u64, MetadataError> {
    let digits = text.strip_suffix(" B").unwrap_or(text);
    digits.parse().map_err(|_| field(name, "must be a number of bytes, as \"123 B\""))
}

fn hash(name: &'static str, text: &str) -> Result<[u8; 32], MetadataError> {
    let mut hash = [0; 32];
    hex::decode_to_slice(text, &mut hash).map_err(|_| field(name, "must be 64 hexadecimal digits"))?;
    Ok(hash)
}
