package pinverify

import "slices"

// known are the methods of this package; each is added by its own file.
var known []Method

// Methods returns one value of every method, for reports and for tests that
// must cover them all. The values have no settings: they name a method, and
// those that need settings do not pass Check.
func Methods() []Method { return slices.Clone(known) }
