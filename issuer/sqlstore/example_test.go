package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/issuer/sqlstore"
)

// A store is opened by its address. The tables are made, or brought up to date.
func ExampleOpen() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "cards")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	store, err := sqlstore.Open(ctx, "sqlite:"+filepath.Join(dir, "cards.db"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer store.Close()
	fmt.Println(store.Ping(ctx))
	_, err = store.Card(ctx, "4711")
	fmt.Println(errors.Is(err, issuer.ErrNoCard))

	_, err = sqlstore.Open(ctx, "mysql://db.example/cards")
	fmt.Println(err)
	// Output:
	// <nil>
	// true
	// issuer/sqlstore: a store is "sqlite:" and the name of a file, or a "postgres://" address
}
