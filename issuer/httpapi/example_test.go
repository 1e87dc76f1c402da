package httpapi_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/issuer/access"
	"github.com/pinion-hsm/pinion/issuer/httpapi"
	"github.com/pinion-hsm/pinion/issuer/session"
	"github.com/pinion-hsm/pinion/issuer/sqlstore"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinverify"
)

// The interface is a handler of net/http: it goes under whatever server a program
// has. Here a client registers a card, and may do nothing else.
func ExampleNew() {
	if err := example(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 201 true
	// 403 scope-missing
}

func example(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "example-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	store, err := sqlstore.Open(ctx, "sqlite:"+filepath.Join(dir, "issuer.db"))
	if err != nil {
		return err
	}
	defer store.Close()
	h := hsm.New(soft.New(), hsm.AllowInProcess())
	defer h.Close()
	service, err := exampleService(ctx, h, store)
	if err != nil {
		return err
	}
	defer service.Close()

	private, err1 := session.NewKeys()
	sessions, err2 := session.New(h, private, nil)
	const secret = "a-token-of-22-letters-or-more"
	token, err3 := access.NewToken("personalization", []byte(secret), access.WriteCards)
	handler, err4 := httpapi.New(httpapi.Options{Service: service, Sessions: sessions, Access: access.NewStatic(token)})
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return err
	}

	send := func(method, path, body string) (answer struct{ PublicToken, Type string }, status int) {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+secret)
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
			fmt.Println(err)
		}
		return answer, w.Code
	}
	card, status := send(http.MethodPost, "/cards", `{"pan": "5432101234567891"}`)
	fmt.Println(status, card.PublicToken != "")
	problem, status := send(http.MethodPost, "/cards/"+card.PublicToken+"/pin/unblock", `{}`)
	fmt.Println(status, problem.Type[strings.IndexByte(problem.Type, '#')+1:])
	return nil
}

func exampleService(ctx context.Context, h *hsm.HSM, store issuer.Store) (*issuer.Service, error) {
	for _, spec := range []hsm.KeySpec{
		{Label: "storage", Algorithm: keys.AES256, Usage: keys.UsagePIN},
		{Label: "pvk", Algorithm: keys.TDES2, Usage: keys.UsageVisaPVV},
	} {
		if _, err := h.GenerateKey(ctx, spec); err != nil {
			return nil, err
		}
	}
	data := make([]byte, issuer.DataKeySize) // kept somewhere safe: without it the PANs are lost
	if _, err := rand.Read(data); err != nil {
		return nil, err
	}
	vault, err := issuer.NewVault(data)
	if err != nil {
		return nil, err
	}
	return issuer.New(h, store, issuer.Options{
		Profiles:   []issuer.Profile{{Name: "debit", Method: pinverify.VisaPVV{Index: 1}, MethodKey: "pvk"}},
		StorageKey: "storage", Vault: vault,
	})
}
