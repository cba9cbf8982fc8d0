//! The page's files, embedded in the binary so that it runs from anywhere.

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::Shared;

pub(crate) fn router() -> Router<Shared> {
    Router::new()
        .route(
            "/",
            get(|| async { html(include_str!("../page/index.html")) }),
        )
        .route(
            "/call.js",
            get(|| async { script(include_str!("../page/call.js")) }),
        )
        .route(
            "/codecs.js",
            get(|| async { script(include_str!("../page/codecs.js")) }),
        )
        .route(
            "/people.js",
            get(|| async { script(include_str!("../page/people.js")) }),
        )
        .route(
            "/tiles.js",
            get(|| async { script(include_str!("../page/tiles.js")) }),
        )
        .route(
            "/style.css",
            get(|| async { style(include_str!("../page/style.css")) }),
        )
}

fn html(text: &'static str) -> Response {
    asset("text/html; charset=utf-8", text)
}

fn script(text: &'static str) -> Response {
    asset("text/javascript; charset=utf-8", text)
}

fn style(text: &'static str) -> Response {
    asset("text/css; charset=utf-8", text)
}

fn asset(kind: &'static str, text: &'static str) -> Response {
    let headers = [
        (CONTENT_TYPE, kind),
        (CACHE_CONTROL, "no-cache"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, text).into_response()
}
