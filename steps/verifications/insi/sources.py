"""Les documents d'où viennent les règles INSi, cités de la même façon partout."""

CONTRAT = "Contrat du téléservice INSi 1.5.0 (06/11/2020) et messages relevés, vus dans un dépôt public"
GUIDE = "Guide d'intégration INSi SEL-MP-043 v05.00.01 (19/12/2025), rapporté par un tiers"
SOAP = "W3C SOAP 1.2 (recommandation du 27/04/2007)"
WSA = "W3C WS-Addressing 1.0 (recommandations du 09/05/2006)"
X509 = "RFC 5280 (certificats X.509)"
CNDA = "Tests CNDA 2.03 à 2.08, rapportés par du code public"
BANC = "Déduction du banc"
