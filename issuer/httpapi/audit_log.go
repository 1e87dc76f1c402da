package httpapi

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/pinion-hsm/pinion/issuer/access"
	"github.com/pinion-hsm/pinion/issuer/audit"
)

func init() {
	register(operation{
		ID: "readAudit", Method: http.MethodGet, Path: "/audit", Tag: "Operation",
		Summary:     "Export the audit log",
		Description: "One entry a line, oldest first, each with the hash of the one before: pinion audit verify reads it.",
		Scopes:      []access.Scope{access.Admin}, NoHead: true, Query: auditQuery{},
		Status: http.StatusOK, Response: audit.Entry{}, Media: mediaLines,
		Problems: []*kind{storeDown},
		Optional: func(o *Options) bool { return o.Audit != nil },
	}, readAudit)
}

const mediaLines = "application/x-ndjson"

// auditQuery is the parameters of readAudit.
type auditQuery struct {
	From int64 `query:"from" minimum:"1" default:"1" description:"Number of the first entry to export."`
}

func readAudit(c *call, _ *none) (any, error) {
	from := int64(1)
	if text := c.query["from"]; text != "" {
		var err error
		if from, err = strconv.ParseInt(text, 10, 64); err != nil {
			return nil, invalid.problem()
		}
	}
	return stream{mediaLines, func(w io.Writer) error {
		// A log is as long as it is: the time for an answer is for others.
		if err := http.NewResponseController(c.w).SetWriteDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return err
		}
		lines := json.NewEncoder(w)
		for e, err := range c.Audit(c.ctx(), from) {
			if err != nil {
				return err
			}
			if err := lines.Encode(e); err != nil {
				return err
			}
		}
		return nil
	}}, nil
}
