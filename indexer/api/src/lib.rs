//! datavault-api
