package session

// OpenJWE is openJWE.
func (s *Sessions) OpenJWE(compact []byte) ([]byte, error) { return s.openJWE(compact) }
