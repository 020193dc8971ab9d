"""Les règles des messages HL7 v2 d'identité, avec leur source."""

from __future__ import annotations

from reports.constat import Confiance, Regle

_EXEMPLES = "Exemples de messages PAM-FR publiés par l'ANS (dépôt ansforge/hl7V2-exemples, référentiel minimal SGL)"
_REM_71 = "REM BIO, exigence INS/va1.71 (travaux de concertation 2023)"
_REM_59 = "REM BIO, exigence INS/va1.59 (travaux de concertation 2023)"
_REM_60 = "REM BIO, exigence INS/va1.60 (travaux de concertation 2023)"

LISIBLE = Regle(
    "HL7-MSG-01",
    "Le message HL7 v2 se lit : un MSH, un PID, un type de message",
    "HL7 v2.5, chapitre 2 (structure d'un message) et § 3.4.2 (PID)",
    Confiance.DOCUMENTEE,
    "Émettre un message HL7 v2 complet, segments séparés par CR, avec un seul segment PID.",
)
TYPE = Regle(
    "HL7-MSG-02",
    "Le message est du type demandé par le scénario",
    f"{_REM_60}, preuves des scénarios",
    Confiance.OFFICIELLE,
    "Émettre le type de message demandé (A31 pour une mise à jour, A47 pour un identifiant changé).",
)
INS_PRESENTE = Regle(
    "HL7-INS-01",
    "Le PID d'une identité qualifiée porte le matricule INS de l'usager",
    _REM_71,
    Confiance.OFFICIELLE,
    "Porter en PID-3 le matricule de 15 caractères rendu par INSi pour cet usager.",
)
INS_OID = Regle(
    "HL7-INS-02",
    "Le matricule INS voyage avec l'OID de sa nature",
    _REM_71,
    Confiance.OFFICIELLE,
    "Porter en PID-3, composant 4, l'OID rendu par INSi avec le matricule.",
)
INS_FORME = Regle(
    "HL7-INS-03",
    "L'INS a la forme matricule^^^autorité&OID&ISO^INS",
    _EXEMPLES,
    Confiance.DOCUMENTEE,
    "Écrire ASIP-SANTE-INS-NIR (ou ASIP-SANTE-INS-NIA pour un NIA), l'OID, ISO, et INS en composant 5.",
)
INS_UNIQUE = Regle(
    "HL7-INS-04",
    "Le PID ne porte qu'une INS active",
    "Déduction du banc : une personne n'a qu'une INS active",
    Confiance.DEDUITE,
    "Ne transmettre en PID-3 que l'INS active de l'usager.",
)
INS_ABSENTE = Regle(
    "HL7-INS-05",
    "Le message d'une identité non qualifiée ne porte ni matricule INS ni OID d'INS",
    _REM_59,
    Confiance.OFFICIELLE,
    "Ne transmettre que les traits tant que l'identité n'est pas qualifiée.",
)
NOM = Regle(
    "HL7-TRT-01",
    "PID-5 porte le nom et les prénoms de naissance, type L",
    _EXEMPLES,
    Confiance.DOCUMENTEE,
    "Écrire nom de naissance^premier prénom^liste des prénoms^^^^L.",
)
NOM_UTILISE = Regle(
    "HL7-TRT-02",
    "PID-5 porte le nom et le prénom utilisés, type D, quand ils sont renseignés",
    _EXEMPLES,
    Confiance.DOCUMENTEE,
    "Ajouter une répétition de PID-5 de type D.",
)
NAISSANCE = Regle(
    "HL7-TRT-03",
    "PID-7 porte la date de naissance",
    _EXEMPLES,
    Confiance.DOCUMENTEE,
    "Écrire la date de naissance AAAAMMJJ en PID-7.",
)
SEXE = Regle(
    "HL7-TRT-04",
    "PID-8 porte le sexe",
    _EXEMPLES,
    Confiance.DOCUMENTEE,
    "Écrire M, F ou U en PID-8.",
)
LIEU = Regle(
    "HL7-TRT-05",
    "PID-11 porte le code du lieu de naissance, type BDL",
    _EXEMPLES,
    Confiance.DOCUMENTEE,
    "Ajouter une répétition de PID-11 : ^^^^^^BDL^^code INSEE.",
)
STATUT_QUALIFIE = Regle(
    "HL7-STA-01",
    "PID-32 vaut VALI pour une identité qualifiée",
    _EXEMPLES,
    Confiance.DOCUMENTEE,
    "Écrire VALI en PID-32 ; la qualification se déduit de l'INS.",
)
STATUT_AUTRE = Regle(
    "HL7-STA-02",
    "PID-32 vaut VALI pour une identité validée, PROV pour une identité provisoire ou récupérée",
    "Guide d'implémentation de l'INS v3.0, § 2.2.2",
    Confiance.SECONDAIRE,
    "N'écrire en PID-32 que les statuts techniques VALI ou PROV.",
)
PROPAGATION = Regle(
    "HL7-PRO-01",
    "Une modification d'identité est propagée par un A31 qui porte les nouvelles valeurs",
    f"{_REM_60}, règle 27",
    Confiance.OFFICIELLE,
    "Émettre un A31 avec les traits modifiés vers les systèmes raccordés.",
)
RETRAIT = Regle(
    "HL7-PRO-02",
    "Le retrait de l'INS d'une identité rétrogradée est propagé, au moins par un A47",
    f"{_REM_60}, scénario de l'identité qualifiée",
    Confiance.OFFICIELLE,
    "Émettre un A47 qui retire l'INS, puis ne plus la transmettre.",
)
RETRAIT_MRG = Regle(
    "HL7-PRO-03",
    "L'A47 de retrait désigne en MRG-1 l'INS retirée",
    "HL7 v2.5 § 3.3.47 (A47), usage de MRG-1 ; forme propre au retrait d'INS déduite par le banc",
    Confiance.DEDUITE,
    "Porter en MRG-1 l'INS retirée, et en PID-3 l'identifiant local sans l'INS (ou l'INS effacée par \"\").",
)
