package reencrypt

// ColumnError says that the column of a role cannot be told by its name: there is none
// of it, or more than one. [Options.Map] tells it. It wraps [ErrColumns].
type ColumnError struct {
	Role Role
	why  string
}

// Error says which role it is, and why.
func (e *ColumnError) Error() string { return ErrColumns.Error() + ": " + e.why }

// Unwrap returns [ErrColumns].
func (e *ColumnError) Unwrap() error { return ErrColumns }
