//! datavault-statement
