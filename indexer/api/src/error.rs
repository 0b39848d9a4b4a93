//! Failures as `application/problem+json` (RFC 9457) with a stable `code`.

use axum::{
    Json,
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use store::StoreError;
use utoipa::ToSchema;

/// A request that was not answered.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// What was asked for does not exist at the mirror's block.
    NotFound { what: &'static str, id: String },
    /// No such path.
    NoRoute,
    /// The path exists, the method does not.
    NoMethod,
    /// A parameter that was not understood.
    BadParameter { field: String, detail: String },
    /// Nothing was indexed yet, or the mirror stands still.
    NotReady { detail: String },
    /// It took too long.
    TimedOut,
    /// Our fault. The cause is logged, not told.
    Internal { cause: String },
}

/// What clients get instead of an answer.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// A URI that names the kind of problem: `urn:datavault:problem:` and the code.
    r#type: String,
    /// The kind of problem, for people.
    title: &'static str,
    /// HTTP status.
    status: u16,
    /// The kind of problem, for programs: `not_found`, `route_not_found`, `method_not_allowed`, `invalid_parameter`,
    /// `not_ready`, `timed_out` or `internal`.
    code: &'static str,
    /// This problem, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// The parameter that was not understood.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// Name this when you report the problem. Also in the header `x-request-id`.
    request_id: String,
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Self::Internal { cause: error.to_string() }
    }
}

impl ApiError {
    fn problem(&self) -> Problem {
        let (status, code, title) = match self {
            Self::NotFound { .. } => (StatusCode::NOT_FOUND, "not_found", "It does not exist"),
            Self::NoRoute => (StatusCode::NOT_FOUND, "route_not_found", "There is no such path"),
            Self::NoMethod => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "Only GET is answered here"),
            Self::BadParameter { .. } => {
                (StatusCode::BAD_REQUEST, "invalid_parameter", "A parameter is not understood")
            }
            Self::NotReady { .. } => (StatusCode::SERVICE_UNAVAILABLE, "not_ready", "The mirror cannot answer now"),
            Self::TimedOut => (StatusCode::GATEWAY_TIMEOUT, "timed_out", "The answer took too long"),
            Self::Internal { .. } => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong here"),
        };
        let detail = match self {
            Self::NotFound { what, id } => Some(format!("there is no {what} {id}")),
            Self::NoRoute => Some("the paths are listed at /openapi.json".to_owned()),
            Self::BadParameter { detail, .. } | Self::NotReady { detail } => Some(detail.clone()),
            Self::NoMethod | Self::TimedOut | Self::Internal { .. } => None,
        };
        let field = match self {
            Self::BadParameter { field, .. } => Some(field.clone()),
            _ => None,
        };
        Problem {
            r#type: format!("urn:datavault:problem:{code}"),
            title,
            status: status.as_u16(),
            code,
            detail,
            field,
            request_id: String::new(),
        }
    }
}

impl IntoResponse for ApiError {
    /// The body is written by [`write_problems`], which knows the request's id.
    fn into_response(self) -> Response {
        let problem = self.problem();
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(problem);
        if let Self::Internal { cause } = self {
            response.extensions_mut().insert(Cause(cause));
        }
        response
    }
}

#[derive(Clone)]
struct Cause(String);

/// Writes the bodies of failed requests, and logs those that are our fault.
pub(crate) async fn write_problems(request: Request, next: Next) -> Response {
    let id = request.headers().get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    let Some(mut problem) = response.extensions_mut().remove::<Problem>() else { return response };
    if let Some(Cause(cause)) = response.extensions_mut().remove() {
        tracing::error!(request_id = id, path, cause, "a request failed");
    }
    problem.request_id = id;
    let mut answer = (response.status(), Json(problem)).into_response();
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    answer
}

/// A handler that panicked has answered, too.
pub(crate) fn panicked(panic: Box<dyn std::any::Any + Send>) -> Response {
    let cause = panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "a panic without a message".to_owned());
    ApiError::Internal { cause }.into_response()
}
