package keyblock

import "time"

// Optional blocks with a time, X9.143 sections 6.3.6.13 and 6.3.6.14.

func init() {
	for id, of := range map[string]string{"TC": "time of creation of the key", "TS": "time of wrapping"} {
		define(id, kind{name: of, form: "an ISO 8601 time in UTC", check: isTime, explain: func(data string) string {
			t, _ := parseTime(data) // it was checked
			return t.Format(time.RFC3339Nano)
		}})
	}
}

// The four forms: with separators or without, with hundredths of a second or
// without. The hundredths of the shorter one come without a point, which Go does
// not read, so it is put there.
const (
	timeShort           = "20060102150405Z"
	timeShortHundredths = "20060102150405.00Z"
	timeLong            = "2006-01-02T15:04:05Z"
	timeLongHundredths  = "2006-01-02T15:04:05.00Z"
)

func parseTime(s string) (time.Time, bool) {
	form := ""
	switch len(s) {
	case len(timeShort):
		form = timeShort
	case len(timeShortHundredths) - 1:
		s, form = s[:14]+"."+s[14:], timeShortHundredths
	case len(timeLong):
		form = timeLong
	case len(timeLongHundredths):
		form = timeLongHundredths
	}
	t, err := time.Parse(form, s)
	return t, err == nil && form != ""
}

func isTime(data string) bool {
	_, ok := parseTime(data)
	return ok
}

// NewTC returns the block TC: when the key was made, to the second. The error is
// [ErrOptionalBlock], for a year that does not have four digits.
func NewTC(t time.Time) (OptionalBlock, error) { return newBlock("TC", t.UTC().Format(timeShort)) }

// NewTS returns the block TS: when the key was wrapped, to the second. The error is
// that of [NewTC].
func NewTS(t time.Time) (OptionalBlock, error) { return newBlock("TS", t.UTC().Format(timeShort)) }

// Time returns the time in a block TC or TS, in UTC. The error is
// [ErrOptionalBlock].
func (b OptionalBlock) Time() (time.Time, error) {
	data, err := b.have("TC", "TS")
	if err != nil {
		return time.Time{}, err
	}
	t, _ := parseTime(data)
	return t, nil
}
