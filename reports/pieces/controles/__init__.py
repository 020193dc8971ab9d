"""Un contrôle par famille de fichiers, joué dans un processus à part : il lit tout, ou refuse."""
