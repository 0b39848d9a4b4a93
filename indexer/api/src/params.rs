//! From request to domain types: what does not parse never reaches a handler, and the answer names the field.

use std::collections::BTreeMap;

use alloy_primitives::Address;
use axum::{
    extract::{FromRequestParts, Path, RawPathParams},
    http::request::Parts,
};
use domain::{ContentId, IdError};

use crate::error::ApiError;

/// The parameters of a query, each taken once.
#[derive(Debug)]
pub(crate) struct Params {
    given: BTreeMap<String, String>,
    known: Vec<&'static str>,
}

impl Params {
    fn of(query: &str) -> Result<Self, ApiError> {
        let pairs = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(
            &format!("/?{query}").parse().map_err(|_| unreadable())?,
        )
        .map_err(|_| unreadable())?;
        let mut given = BTreeMap::new();
        for (name, value) in pairs.0 {
            if given.insert(name.clone(), value).is_some() {
                return Err(ApiError::BadParameter { detail: format!("{name} is given twice"), field: name });
            }
        }
        Ok(Self { given, known: Vec::new() })
    }

    /// The text of a parameter.
    pub(crate) fn take(&mut self, name: &'static str) -> Option<String> {
        self.known.push(name);
        self.given.remove(name)
    }

    /// A parameter that reads as `T`.
    pub(crate) fn parse<T: std::str::FromStr>(
        &mut self,
        name: &'static str,
        expected: &str,
    ) -> Result<Option<T>, ApiError> {
        self.take(name).map(|text| parsed(name, &text, expected)).transpose()
    }

    /// A parameter that is an id or a code of ours, whose error says what was expected.
    pub(crate) fn id<T: std::str::FromStr<Err = IdError>>(
        &mut self,
        name: &'static str,
    ) -> Result<Option<T>, ApiError> {
        self.take(name).map(|text| text.parse().map_err(|error| not_understood(name, error))).transpose()
    }

    /// A parameter that is an address.
    pub(crate) fn address(&mut self, name: &'static str) -> Result<Option<Address>, ApiError> {
        self.parse(name, ADDRESS)
    }

    /// Everything that was given must have been taken: a filter with a typing error is not "no filter".
    fn finish(self) -> Result<(), ApiError> {
        match self.given.into_keys().next() {
            None => Ok(()),
            Some(unknown) => Err(ApiError::BadParameter {
                detail: format!("there is no parameter {unknown} here; there are: {}", self.known.join(", ")),
                field: unknown,
            }),
        }
    }
}

const ADDRESS: &str = "0x and 40 hex digits";

fn unreadable() -> ApiError {
    ApiError::BadParameter { field: "query".to_owned(), detail: "the query is not name=value&name=value".to_owned() }
}

fn parsed<T: std::str::FromStr>(field: &str, text: &str, expected: &str) -> Result<T, ApiError> {
    text.parse().map_err(|_| ApiError::BadParameter {
        field: field.to_owned(),
        detail: format!("`{text}` is not a valid {field}: expected {expected}"),
    })
}

fn not_understood(field: &str, error: IdError) -> ApiError {
    ApiError::BadParameter { field: field.to_owned(), detail: error.to_string() }
}

/// A query that reads as `T`.
pub(crate) struct Query<T>(pub(crate) T);

/// Something that a query may say.
pub(crate) trait FromParams: Sized {
    /// Takes what it needs.
    fn from_params(params: &mut Params) -> Result<Self, ApiError>;
}

/// Nothing.
impl FromParams for () {
    fn from_params(_: &mut Params) -> Result<Self, ApiError> {
        Ok(())
    }
}

impl<T: FromParams, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let mut params = Params::of(parts.uri.query().unwrap_or_default())?;
        let query = T::from_params(&mut params)?;
        params.finish()?;
        Ok(Self(query))
    }
}

/// The one parameter of a path, as an id of ours.
pub(crate) struct Id<T>(pub(crate) T);

/// Something that a path may name.
pub(crate) trait FromPath: Sized {
    /// Reads it.
    fn from_path(field: &str, text: &str) -> Result<Self, ApiError>;
}

macro_rules! id_from_path {
    ($($id:ty),+) => {$(
        impl FromPath for $id {
            fn from_path(field: &str, text: &str) -> Result<Self, ApiError> {
                text.parse().map_err(|error| not_understood(field, error))
            }
        }
    )+};
}
id_from_path!(
    ContentId,
    domain::OfferId,
    domain::LicenseId,
    domain::PaymentId,
    domain::DisputeId,
    domain::MeterId,
    domain::ProfileId
);

impl FromPath for Address {
    fn from_path(field: &str, text: &str) -> Result<Self, ApiError> {
        parsed(field, text, ADDRESS)
    }
}

impl<T: FromPath, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let unreadable = |field: &str| ApiError::BadParameter {
            field: field.to_owned(),
            detail: format!("{field} is not readable text"),
        };
        let names = RawPathParams::from_request_parts(parts, state).await.map_err(|_| unreadable("path"))?;
        let field = names.iter().next().map(|(name, _)| name.to_owned()).unwrap_or_default();
        let Path(text) = Path::<String>::from_request_parts(parts, state).await.map_err(|_| unreadable(&field))?;
        T::from_path(&field, &text).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelled_filter_is_not_no_filter() {
        let mut params = Params::of("creater=0x00").unwrap();
        assert!(params.address("creator").unwrap().is_none());
        let Err(ApiError::BadParameter { field, detail }) = params.finish() else { panic!("accepted") };
        assert_eq!(field, "creater");
        assert!(detail.contains("creator"), "{detail}");
    }

    #[test]
    fn a_parameter_given_twice_is_refused() {
        assert!(Params::of("limit=1&limit=2").is_err());
    }
}
