//! A key package from the carrier (RFC 9420 section 10.1): one that is taken is of somebody who
//! could sign it.

use sotto_core::group::Joiner;

use crate::fixture;

pub fn run(bytes: &[u8]) {
    if let Ok(joiner) = Joiner::parse(bytes) {
        assert!(fixture::is_known(joiner.peer), "a forged key package");
        assert_eq!(Joiner::parse(bytes), Ok(joiner));
    }
}
