//! datavault-content
