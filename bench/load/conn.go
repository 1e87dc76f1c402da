package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"
)

// conn is a connection to the service. It sends requests that are ready as bytes
// and reads no more of an answer than it must, for it shares the processors with
// what it measures: net/http's client would take as much of them as the service.
type conn struct {
	net net.Conn
	buf []byte // what was read of the answer
}

func dial(address string) (*conn, error) {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	return &conn{net: c, buf: make([]byte, 0, 8<<10)}, nil
}

const answerTime = 30 * time.Second

// request returns a request as it goes over the wire.
func (s *service) request(path, body string) []byte {
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n"+
		"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", path, s.Address, s.Token, len(body), body)
}

// do sends a request and returns the answer's status and body, which is good
// until the next request.
func (c *conn) do(request []byte) (status int, body []byte, err error) {
	if _, err := c.net.Write(request); err != nil {
		return 0, nil, err
	}
	c.buf = c.buf[:0]
	for {
		if len(c.buf) == cap(c.buf) {
			return 0, nil, errors.New("an answer is longer than any should be")
		}
		n, err := c.net.Read(c.buf[len(c.buf):cap(c.buf)])
		c.buf = c.buf[:len(c.buf)+n]
		if status, body, whole, err := parse(c.buf); whole || err != nil {
			return status, body, err
		}
		if err != nil {
			return 0, nil, err
		}
	}
}

var (
	errAnswer  = errors.New("an answer is not HTTP/1.1 with a Content-Length")
	proto      = []byte("HTTP/1.1 ")
	headerEnd  = []byte("\r\n\r\n")
	bodyLength = []byte("\r\nContent-Length: ")
)

// parse takes an answer apart, once it is whole.
func parse(b []byte) (status int, body []byte, whole bool, err error) {
	end := bytes.Index(b, headerEnd)
	if end < 0 {
		return 0, nil, false, nil
	}
	head := b[:end+2]
	if !bytes.HasPrefix(head, proto) || len(head) < len(proto)+3 {
		return 0, nil, false, errAnswer
	}
	if status, err = strconv.Atoi(string(head[len(proto) : len(proto)+3])); err != nil {
		return 0, nil, false, errAnswer
	}
	if status == 204 {
		return status, nil, true, nil
	}
	_, rest, found := bytes.Cut(head, bodyLength)
	digits, _, _ := bytes.Cut(rest, headerEnd[:2])
	length, err := strconv.Atoi(string(digits))
	if !found || err != nil || length < 0 {
		return 0, nil, false, errAnswer
	}
	body = b[end+len(headerEnd):]
	if len(body) < length {
		return 0, nil, false, nil
	}
	return status, body[:length], true, nil
}
