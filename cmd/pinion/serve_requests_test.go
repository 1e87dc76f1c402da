package main

import "fmt"

// other returns a PIN that is not the one that the client takes for the card's.
func (c *customer) other(h *holding) string {
	digits, limit := 4, 10_000
	if h.product == "stored" {
		digits, limit = 6, 1_000_000
	}
	for {
		if pin := fmt.Sprintf("%0*d", digits, c.rand.IntN(limit)); pin != h.pin {
			return pin
		}
	}
}

// once gives every other request an idempotency key.
func (c *customer) once(d *dealing) *dealing {
	if c.rand.IntN(2) == 0 {
		d.once = fmt.Sprintf("%016x", c.rand.Uint64())
	}
	return d
}

func (c *customer) register() *dealing {
	products := []string{"ibm", "ibm", "stored", "default"}
	digits := newPAN(c.load.pans.Add(1))
	h := &holding{product: products[c.rand.IntN(len(products))], pan: parsePAN(digits)}
	return c.once(&dealing{card: h, action: "card.register", method: "POST", path: "/cards",
		body: fmt.Sprintf(`{"pan":"%s","product":"%s"}`, digits, h.product)})
}

func (c *customer) verify(h *holding, pin string) *dealing {
	return c.once(c.load.pins(h, "pin.verify", "", pin))
}

// pins returns a request with PIN blocks. The current PIN is for pin.change.
func (l *load) pins(h *holding, action, current, pin string) *dealing {
	d := &dealing{card: h, action: action, method: "POST", current: current, pin: pin}
	switch action {
	case "pin.set":
		d.method, d.path, d.body = "PUT", h.path(""), l.sealed(pin, h.pan)
	case "pin.verify":
		d.path, d.body = h.path("/verify"), l.sealed(pin, h.pan)
	case "pin.change":
		d.path, d.body = h.path("/change"), `{"current":`+l.sealed(current, h.pan)+`,"new":`+l.sealed(pin, h.pan)+`}`
	}
	return d
}

func (h *holding) path(rest string) string { return "/cards/" + h.token + "/pin" + rest }

func (h *holding) reveal() *dealing {
	return &dealing{card: h, action: "pin.reveal", method: "POST", path: h.path("/reveal"), body: `{"to":{"format":"iso-0","key":"zpk"}}`}
}

func (h *holding) status() *dealing {
	return &dealing{card: h, method: "GET", path: h.path("/status")}
}

func (h *holding) unblock() *dealing {
	return &dealing{card: h, action: "pin.unblock", method: "POST", path: h.path("/unblock"), body: "{}"}
}
