//! datavault-domain
