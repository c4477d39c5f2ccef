package preflight

// Settings returns what gives the value of a variable as s.yaml gets it.
func (s Setup) Settings() (value func(name string) string, err error) {
	settings, err := s.readSettings()
	return settings.value, err
}
