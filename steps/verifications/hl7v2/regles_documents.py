"""Les règles des messages HL7 v2 qui portent un document CDA (chemin hospitalier), avec leur source."""

from __future__ import annotations

from reports.constat import Confiance, Regle

_HL7 = "HL7 v2.5 et v2.6"
SOURCE_VOLET = "ANS, CI-SIS, volet de transmission d'un document CDA R2 en HL7 v2, v2.1.3"
SOURCE_LPS = "ANS, CI-SIS, volet de transmission au LPS de documents CDA provenant d'un courriel MSSanté, v1.1.3"
_VOLET = f"{SOURCE_VOLET}, volume 2"
_BANC = "Déduction du banc"
OFFICIELLE, DOCUMENTEE, DEDUITE = Confiance.OFFICIELLE, Confiance.DOCUMENTEE, Confiance.DEDUITE


def _volet(code: str, titre: str, section: str, a_faire: str) -> Regle:
    return Regle(code, titre, f"{_VOLET}, {section}", OFFICIELLE, a_faire)


DECOUPAGE = Regle(
    "HL7-ENV-01", "Le fichier porte un ou des messages HL7 v2 : MSH, séparateurs distincts", f"{_HL7}, § 2.5 et § 2.7",
    OFFICIELLE, "Fournir le message tel qu'envoyé, qui commence par MSH et ses séparateurs.",
)  # fmt: skip
CADRE = Regle(
    "HL7-ENV-02", "Le cadre MLLP est fermé", "HL7, guide d'implémentation, annexe C (MLLP)", OFFICIELLE,
    "Encadrer chaque message de 0x0B, puis 0x1C 0x0D.",
)  # fmt: skip
ENCODAGE = Regle(
    "HL7-ENV-03", "Les octets sont dans le jeu de caractères que MSH-18 annonce", f"{_HL7}, § 2.15.9.18 (MSH-18)",
    OFFICIELLE, "Annoncer en MSH-18 le jeu réellement employé (UNICODE UTF-8 ou 8859/15).",
)  # fmt: skip
AMBIGU = Regle(
    "HL7-ENV-04", "Un texte annoncé en ISO 8859 n'est pas de l'UTF-8", _BANC, DEDUITE,
    "Vérifier MSH-18 : ces octets forment de l'UTF-8 valide, un récepteur lira des accents faux.",
)  # fmt: skip
LOT = Regle(
    "HL7-ENV-05", "Le lot compte les messages qu'il porte", f"{_HL7}, § 2.10.3 (BTS-1, FTS-1)", OFFICIELLE,
    "Écrire en BTS-1 le nombre de messages du lot et en FTS-1 le nombre de lots.",
)  # fmt: skip
LIGNES = Regle(
    "HL7-ENV-06", "Chaque ligne est un segment", f"{_HL7}, § 2.6 (CR ne sépare que les segments)", OFFICIELLE,
    "Écrire la donnée encapsulée d'un seul tenant, sans retour à la ligne (le base64 n'est pas coupé).",
)  # fmt: skip
STRUCTURE = Regle(
    "HL7-STR-01", "Segments, champs et types sont ceux du message annoncé",
    f"{_HL7}, structures abstraites (tables de hl7apy) ; PRT préadopté et segments Z admis", DOCUMENTEE,
    "Ajouter, retirer ou déplacer l'élément désigné selon la structure du message.",
)  # fmt: skip
CHAMPS = _volet(
    "HL7-MSH-01", "MSH porte émetteur, récepteur, date, type, identifiant et mode de traitement", "§ segment MSH",
    "Renseigner MSH-3 à MSH-7, MSH-9, MSH-10, MSH-11 et MSH-12.",
)  # fmt: skip
IDENTIFIE = Regle(
    "HL7-MSH-06", "MSH dit le type, l'identifiant, le mode et la version du message", f"{_HL7}, § 2.15.9", OFFICIELLE,
    "Renseigner MSH-9, MSH-10, MSH-11 et MSH-12, requis par le standard dans tout message.",
)  # fmt: skip
TYPE_MESSAGE = _volet(
    "HL7-MSH-02", "Le type du message et sa version sont ceux du volet", "§ segment MSH",
    "Émettre ORU^R01^ORU_R01 en 2.5, ou MDM^T02, T10 ou T04^MDM_T02 en 2.6.",
)  # fmt: skip
PAYS = _volet("HL7-MSH-03", "MSH-17 vaut FRA", "§ segment MSH", "Écrire FRA en MSH-17.")
JEU = _volet(
    "HL7-MSH-04", "MSH-18 vaut UNICODE UTF-8 ou 8859/15", "§ segment MSH", "Écrire UNICODE UTF-8 ou 8859/15 en MSH-18."
)
PROFIL = _volet(
    "HL7-MSH-05", "MSH-21 annonce le profil du volet", "§ segment MSH", "Écrire 2.1^CISIS_CDA_HL7_V2 en MSH-21."
)
PATIENT = _volet(
    "HL7-PID-01", "Le message porte un patient, avec ses identifiants et son nom", "§ patient et venue",
    "Écrire un segment PID avec PID-3 et PID-5.",
)  # fmt: skip
INS_CLE = Regle(
    "HL7-INS-06", "Le matricule INS de PID-3 a 15 caractères et une clé juste",
    "Référentiel INS ; format du NIR et de sa clé", OFFICIELLE,
    "Écrire les 13 caractères et la clé : 97 − (N modulo 97), avec 2A → 19 et 2B → 18.",
)  # fmt: skip
INS_REELLE = Regle(
    "HL7-INS-07", "Le matricule est celui d'une identité de test",
    "ANS, OID de l'identité nationale de santé", OFFICIELLE,
    "Vérifier qu'aucune identité réelle n'a servi : les essais emploient l'OID .10 ou .11.",
)  # fmt: skip
VENUE = _volet(
    "HL7-PV1-01", "PV1 dit la classe du patient, et sa venue si elle en demande une", "§ patient et venue",
    "Écrire PV1-2, et PV1-19 quand PV1-2 vaut E, I, O ou R.",
)  # fmt: skip
DEMANDE = _volet(
    "HL7-ORC-01", "ORC-1, OBX-11 et l'événement disent la même demande", "§ segment ORC et événements déclenchants",
    "Initiale : NW, F, T02 ; remplacement : RO, C, T10 ; suppression : CA, D, T04.",
)  # fmt: skip
STATUT_OBR = Regle(
    "HL7-OBR-01", "OBR-25, s'il est renseigné, dit un résultat validé", f"{_HL7}, table 0123 ; {_BANC}", DEDUITE,
    "Écrire F (ou C pour une correction) en OBR-25 : le volet ne transmet que des documents validés.",
)  # fmt: skip
NOMBRE = _volet(
    "HL7-OBX-01", "Le message porte un document (un ou deux en ORU)", "§ profils des messages ORU et MDM",
    "Mettre le CDA dans un OBX de type ED ; N1 et N3 du même document au plus en ORU.",
)  # fmt: skip
FORME = _volet(
    "HL7-OBX-02", "La donnée encapsulée s'annonce TEXT, XML, Base64", "§ demande de traitement",
    "Écrire OBX-2 ED et OBX-5 : ^TEXT^XML^Base64^<document>.",
)  # fmt: skip
DONNEE = _volet(
    "HL7-OBX-03", "La donnée encapsulée se décode en un document XML", "§ demande de traitement",
    "Encoder le CDA entier en base64, sans coupure ni caractère étranger.",
)  # fmt: skip
TYPE_DOCUMENT = _volet(
    "HL7-OBX-04", "OBX-3 et OBR-4 portent le même type de document, codé en LN ou TRE_A05", "§ segments OBR et OBX",
    "Écrire code^libellé^LN (ou TRE_A05) dans OBR-4 et dans OBX-3.",
)  # fmt: skip
TYPE_DOCUMENT_LPS = Regle(
    "HL7-LPS-05", TYPE_DOCUMENT.titre, f"{SOURCE_LPS}, volume 2, § segments OBR et OBX", OFFICIELLE,
    TYPE_DOCUMENT.a_faire,
)  # fmt: skip
RANGS = Regle(
    "HL7-OBX-05", "OBX-1 numérote les segments à partir de 1", f"{_HL7}, § 7.4.2.1 (Set ID)", DEDUITE,
    "Numéroter les OBX d'un même groupe 1, 2, 3…",
)  # fmt: skip
META_PRESENTES = _volet(
    "HL7-MET-01", "Les dix métadonnées DMP et MSSanté requises sont présentes, une fois", "§ métadonnées DMP/MSSanté",
    "Ajouter un OBX par métadonnée requise, avec Y ou N.",
)  # fmt: skip
META_ORDRE = _volet(
    "HL7-MET-02", "Les métadonnées sont dans l'ordre du volet", "§ métadonnées DMP/MSSanté",
    "Écrire MASQUE_PS, INVISIBLE_PATIENT, INVISIBLE_REP_LEGAUX, CONNEXION_SECRETE, MODIF_CONF_CODE, DESTDMP…",
)  # fmt: skip
META_VALEUR = _volet(
    "HL7-MET-03", "Chaque métadonnée vaut Y ou N, dans expandedYes-NoIndicator, statut F", "§ métadonnées DMP/MSSanté",
    "Écrire OBX-2 CE (ORU) ou CWE (MDM), OBX-5 Y ou N ^^expandedYes-NoIndicator, OBX-11 F.",
)  # fmt: skip
META_CONNUE = _volet(
    "HL7-MET-04", "Chaque code MetaDMPMSS est de la table du volet", "table MetaDMP/MSS",
    "Employer les codes de la table (ACK_LECTURE_MSS, INVISIBLE_REP_LEGAUX, MODIF_CONF_CODE…).",
)  # fmt: skip
META_PATIENT = _volet(
    "HL7-MET-05", "Un document invisible au patient ne lui est pas envoyé par MSSanté",
    "§ document non visible par le patient",
    "Écrire DESTMSSANTEPAT N quand INVISIBLE_PATIENT vaut Y.",
)  # fmt: skip
META_INS = _volet(
    "HL7-MET-06", "Un document pour le DMP porte l'INS du patient", "§ choix des standards (INS qualifiée)",
    "Transmettre l'INS qualifiée en PID-3, ou écrire DESTDMP N.",
)  # fmt: skip
META_MASQUE = Regle(
    "HL7-MET-07", "Un document masqué aux professionnels ne leur est pas envoyé, ni masqué à tous",
    "REM RIS, INTRA/va1.01.01 (masquage PS : pas de MSSanté professionnelle) ; guide DMP, EX_2.1-1050", DEDUITE,
    "Vérifier DESTMSSANTEPS et INVISIBLE_PATIENT quand MASQUE_PS vaut Y.",
)  # fmt: skip
META_TEXTE = Regle(
    "HL7-MET-08", "Le corps de courriel proposé se décode en texte", f"{_VOLET}, § corps du mail", DEDUITE,
    "Encoder le texte en base64 entier, en UTF-8.",
)  # fmt: skip
META_CONFIDENTIEL = Regle(
    "HL7-MET-09", "Un document restreint ou très restreint n'est pas mis en partage",
    f"{_VOLET}, § alimentation DMP (une recommandation)", DEDUITE,
    "Vérifier confidentialityCode R ou V du CDA avant d'écrire DESTDMP Y.",
)  # fmt: skip
EXPEDITEUR = _volet(
    "HL7-PRT-01", "Un document pour le DMP dit qui l'expédie et pour quelle structure", "§ participants (PRT SB)",
    "Ajouter PRT SB avec PRT-5 (ou PRT-10) et PRT-8 : identifiant, OID 1.2.250.1.71.4.2.2.",
)  # fmt: skip
DESTINATAIRES = _volet(
    "HL7-PRT-02", "Un échange MSSanté désigne l'adresse d'un destinataire", "§ participants (PRT RCT)",
    "Ajouter PRT RCT avec PRT-15 : ^^X.400^adresse MSSanté.",
)  # fmt: skip
TXA = _volet(
    "HL7-TXA-01", "TXA porte rang, type, présentation, identifiant et complétude du document",
    "§ métadonnées du document",
    "Écrire TXA-1 1, TXA-2 le type, TXA-3 TEXT, TXA-12 l'identifiant, TXA-17 AU.",
)  # fmt: skip
TXA_ID = _volet(
    "HL7-TXA-02", "TXA-12 est l'identifiant du CDA, TXA-13 celui du document remplacé", "§ métadonnées du document",
    "Recopier ClinicalDocument/id (OID entier, ou extension^^OID^ISO), et parentDocument/id pour T10.",
)  # fmt: skip
CDA_INS = _volet(
    "HL7-CDA-01", "L'INS de PID-3 est celle du CDA", "§ patient et venue (PID-3 identique aux identifiants du CDA)",
    "Écrire en PID-3 l'INS de recordTarget/patientRole/id, même matricule et même OID.",
)  # fmt: skip
CDA_IDS = Regle(
    "HL7-CDA-02", "Les identifiants locaux de PID-3 et du CDA se correspondent",
    f"{_VOLET}, § patient et venue", DEDUITE,
    "Écrire les mêmes identifiants (numéro et OID) en PID-3 et dans patientRole/id.",
)  # fmt: skip
CDA_TYPE = _volet(
    "HL7-CDA-03", "Le type annoncé (OBX-3, TXA-2) est celui du CDA", "§ segments OBR, OBX et TXA",
    "Recopier ClinicalDocument/code/@code.",
)  # fmt: skip
CDA_REMPLACEMENT = _volet(
    "HL7-CDA-04", "Une demande de remplacement porte un CDA qui en remplace un autre",
    "§ événements déclenchants (C, T10)",
    "Écrire relatedDocument RPLC dans le CDA remplaçant.",
)  # fmt: skip
CDA_INITIAL = Regle(
    "HL7-CDA-05", "Un CDA qui en remplace un autre voyage comme un remplacement", _BANC, DEDUITE,
    "Vérifier que la version précédente n'a jamais été transmise ; sinon, demander un remplacement (RO, C, T10).",
)  # fmt: skip
CDA_PAIRE = Regle(
    "HL7-CDA-06", "Les deux documents d'un ORU sont un N1 et un N3 du même patient et du même type",
    f"{_VOLET}, § message ORU", DEDUITE, "N'envoyer ensemble que les deux formats d'un même document.",
)  # fmt: skip
