package db

import "reflect"

// text returns the string or number below a named type such as date.Date.
func text(a any) (any, bool) {
	v := reflect.ValueOf(a)
	switch v.Kind() {
	case reflect.String:
		return v.String(), true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int(), true
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		return int64(v.Uint()), true
	case reflect.Bool:
		return v.Bool(), true
	}
	return nil, false
}
