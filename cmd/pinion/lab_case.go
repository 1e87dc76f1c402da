package main

import (
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

// labCase is a block to be made or to be read, and what it is bound to.
type labCase struct {
	format  pinblock.Format
	pin     pinblock.PIN // of a block to be made
	block   []byte       // to be read
	pan     pinblock.PAN
	options *clear.Options
}

// toMake reads what a block is made of.
func (in *labInput) toMake() (c labCase, err error) {
	if c.format, err = in.get(); err != nil {
		return c, err
	}
	if c.pin, err = in.labPIN(c.format); err != nil {
		return c, err
	}
	return c, in.bound(&c)
}

// toRead reads a block, and what it is read with.
func (in *labInput) toRead() (c labCase, err error) {
	if c.format, err = in.get(); err != nil {
		return c, err
	}
	if c.block, err = in.labBlock(c.format); err != nil {
		return c, err
	}
	return c, in.bound(&c)
}

func (in *labInput) bound(c *labCase) (err error) {
	if c.pan, err = in.labPAN(c.format); err != nil {
		return err
	}
	c.options, err = in.options()
	return err
}
