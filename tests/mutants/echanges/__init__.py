"""Les mutants des assertions et des demandes SOAP : tout ce qui s'y change d'un geste, et ce qui reste permis."""
