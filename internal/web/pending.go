package web

func (s *Server) clientRoutes() []Route   { return nil }
func (s *Server) travelerRoutes() []Route { return nil }
func (s *Server) importRoutes() []Route   { return nil }
func (s *Server) signinRoutes() []Route   { return nil }
func (s *Server) accountRoutes() []Route  { return nil }
func (s *Server) adminRoutes() []Route    { return nil }
