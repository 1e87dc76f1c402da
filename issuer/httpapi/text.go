package httpapi

import (
	"strings"
)

// explained is what a request may say of itself for the audit log.
type explained struct {
	Description string `json:"description,omitempty" maxLength:"800" pattern:"^[^\\p{Cc}\\p{Zl}\\p{Zp}]*$" description:"Why, for the audit log. Account numbers are masked, and the PIN that is sent with it taken out." example:"Unblocking blocked PIN"`
	UpdatedBy   string `json:"updatedBy,omitempty" maxLength:"100" pattern:"^[^\\p{Cc}\\p{Zl}\\p{Zp}]*$" description:"Who asked for it, for the audit log." example:"John Smith"`
}

// clean returns the two texts as they may be kept: without the PINs that came with
// them, and with account numbers masked.
func (e explained) clean(pins ...string) (updatedBy, description string) {
	return cleanText(e.UpdatedBy, pins...), cleanText(e.Description, pins...)
}

func cleanText(s string, pins ...string) string {
	s = maskPANs(s)
	for _, pin := range pins {
		if pin != "" {
			s = strings.ReplaceAll(s, pin, "[PIN]")
		}
	}
	return s
}

// maskPANs leaves the first six and last four of every run of 12 digits or more,
// PCI DSS 3.4.1. Single spaces and hyphens within a run do not end it.
func maskPANs(s string) string {
	var out strings.Builder
	for i := 0; i < len(s); {
		digits, end := digitRun(s, i)
		switch {
		case len(digits) >= 12:
			out.WriteString(digits[:6] + "..." + digits[len(digits)-4:])
			i = end
		case end > i:
			out.WriteString(s[i:end])
			i = end
		default:
			out.WriteByte(s[i])
			i++
		}
	}
	return out.String()
}

// digitRun returns the digits from i on, and the index after the last of them.
func digitRun(s string, i int) (digits string, end int) {
	var b strings.Builder
	for end = i; i < len(s); i++ {
		switch c := s[i]; {
		case isDigit(c):
			b.WriteByte(c)
			end = i + 1
		case (c == ' ' || c == '-') && i > 0 && isDigit(s[i-1]):
		default:
			return b.String(), end
		}
	}
	return b.String(), end
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
