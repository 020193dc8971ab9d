"""Les règles des échanges HL7 v2 sur une prise MLLP : acquittements, renvois, accusés métier, documents reçus."""

from __future__ import annotations

from reports.constat import Confiance, Regle

_VOLET = "ANS, CI-SIS, volet de transmission d'un document CDA R2 en HL7 v2, v2.1.3, volume 2, § message d'acquittement"
_BANC = "Déduction du banc"
_DPI = "REM DPI (travaux de concertation 2023), exigence"
OFFICIELLE, DEDUITE = Confiance.OFFICIELLE, Confiance.DEDUITE

RENDU = Regle(
    "HL7-ACK-01",
    "Chaque message reçu est acquitté par AA, AE ou AR",
    f"{_VOLET} (MSA-1)",
    OFFICIELLE,
    "Répondez à chaque message, sur la même connexion, par un ACK encadré dont MSA-1 vaut AA, AE ou AR.",
)
REFERENCE = Regle(
    "HL7-ACK-02",
    "L'acquittement désigne le message reçu",
    f"{_VOLET} (MSA-2)",
    OFFICIELLE,
    "Recopiez en MSA-2 le MSH-10 du message reçu, à l'identique.",
)
ENTETE = Regle(
    "HL7-ACK-03",
    "L'en-tête de l'acquittement dit l'événement et la version du message",
    f"{_VOLET} (MSH-9, MSH-12)",
    OFFICIELLE,
    "Écrivez MSH-9 ACK^événement^ACK et la version du message reçu (2.5 pour ORU, 2.6 pour MDM et ZAM).",
)
RAISON = Regle(
    "HL7-ACK-04",
    "Un acquittement négatif dit pourquoi",
    f"{_VOLET} (segment ERR)",
    OFFICIELLE,
    "Ajoutez ERR, avec ERR-3 (table HL7 0357) et ERR-4, quand MSA-1 vaut AE ou AR.",
)
HONNETE = Regle(
    "HL7-ACK-05",
    "Un message qui n'a pas pu être traité n'est pas accepté",
    f"{_VOLET} (MSA-1 : AA, compris et intégré)",
    OFFICIELLE,
    "Répondez AE quand le message est incomplet, illisible ou d'un type inconnu.",
)
CADRE = Regle(
    "HL7-ACK-06",
    "L'acquittement est dans un cadre MLLP fermé",
    "HL7, guide d'implémentation, annexe C (MLLP)",
    OFFICIELLE,
    "Encadrez l'acquittement de 0x0B, puis 0x1C 0x0D.",
)
ACCEPTE = Regle(
    "HL7-ACK-07",
    "Un message conforme est accepté",
    f"{_VOLET} (MSA-1 : AA)",
    DEDUITE,
    "Dites ce que le logiciel reproche à ce message : ERR-3 et ERR-5.",
)
TRANSMIS = Regle(
    "HL7-TRA-01",
    "Le document parvient à la plateforme, dans un message ORU ou MDM",
    f"{_DPI} DPI.CDA/HL7.02",
    OFFICIELLE,
    "Envoyez le document à l'adresse MLLP du banc (services.hl7v2), dans un ORU^R01 ou un MDM^T02.",
)
UNE_FOIS = Regle(
    "HL7-TRA-02",
    "Un document accepté par la plateforme ne lui est pas renvoyé",
    f"{_VOLET} (MSA-1) ; {_BANC}",
    DEDUITE,
    "N'envoyez plus un message dont MSA-1 valait AA : la plateforme en est responsable.",
)
RENVOYE = Regle(
    "HL7-TRA-03",
    "Un message resté sans acquittement est renvoyé sous le même identifiant",
    f"HL7 v2.5, § 2.9 ; {_BANC}",
    DEDUITE,
    "Renvoyez le message tel quel, même MSH-10, jusqu'à son acquittement.",
)
RETENU = Regle(
    "HL7-TRA-04",
    "Rien ne part vers la plateforme avant que ce soit demandé ou permis",
    "REM DPI (travaux de concertation 2023), exigences DPI.DMP/va1.03, DPI.DMP/va1.05 et DPI.DMP/CONF.09",
    OFFICIELLE,
    "Attendez la validation du document, le choix de l'utilisateur, et la non-opposition du patient.",
)
DEMANDE = Regle(
    "HL7-TRA-05",
    "Le message demande à la plateforme ce qui a été choisi, et rien d'autre",
    "REM DPI (travaux de concertation 2023), exigences DPI.DMP/va1.03, va1.05 et DPI.MSS/va1.23, va1.24",
    OFFICIELLE,
    "Écrivez Y ou N en DESTDMP et DESTMSSANTEPS selon le choix fait pour ce document.",
)
SUIVI = Regle(
    "HL7-RET-01",
    "Le logiciel ne montre pas pour transmis un document que la plateforme n'a pas accepté",
    f"{_DPI} DPI.CDA/HL7.01",
    OFFICIELLE,
    "Tenez le document pour non transmis tant que MSA-1 ne vaut pas AA.",
)
METIER = Regle(
    "HL7-RET-02",
    "Chaque accusé métier est porté au document dont il parle, réussite ou échec",
    f"{_DPI} DPI.CDA/HL7.01",
    OFFICIELLE,
    "Reliez OBX-4 du ZAM au MSH-10 du message transmis ; distinguez Y et N d'OBX-5.",
)
INTEGRE = Regle(
    "HL7-INT-01",
    "Le document d'un MDM reçu est au dossier de son patient",
    f"{_DPI} DPI.CDA/HL7.04",
    OFFICIELLE,
    "Décodez OBX-5, rapprochez le patient par son INS, rangez le document dans son dossier.",
)
AILLEURS = Regle(
    "HL7-INT-02",
    "Le document d'un MDM reçu n'est au dossier d'aucun autre patient",
    f"{_DPI} DPI.CDA/HL7.04",
    OFFICIELLE,
    "Rapprochez le patient par son INS, jamais par défaut.",
)
SANS_DOUBLON = Regle(
    "HL7-INT-03",
    "Un message reçu deux fois n'est intégré qu'une",
    f"HL7 v2.5, § 2.9 (MSH-10) ; {_BANC}",
    DEDUITE,
    "Reconnaissez un message déjà reçu à son émetteur et à son MSH-10 ; rendez le même acquittement.",
)
CHOIX_TRACE = Regle(
    "HL7-TRA-06",
    "Le choix du patient sur l'alimentation de son DMP est tracé",
    f"{_DPI} DPI.DMP/CONF.09",
    OFFICIELLE,
    "Tracez chaque non-opposition et chaque opposition : patient, date, auteur.",
)
