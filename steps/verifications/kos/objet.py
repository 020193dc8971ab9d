"""Le KOS seul : objet DICOM, liste des preuves, arbre de contenu, demandes, identité portée."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from datetime import date

from reports.constat import Confiance, Constat, Regle
from steps.jugements.marque import rejouable
from steps.verifications.cda.jugement import juger
from steps.verifications.kos.lecture import AuDelaDesLimites, KosIllisible, lire_kos
from steps.verifications.kos.modele import ISSUER_INS, MANIFESTE, OIDS_INS, REJETS, SOP_KOS, Instance, Kos
from steps.verifications.registre import verification

_DICOM = "DICOM PS3.3, Key Object Selection Document (A.35.4, C.17.6) et PS3.16, TID 2010"
_XDSI = "IHE RAD TF, XDS-I.b (manifeste)"
_ANS = "ANS, CI-SIS, volet IMG-KOS, rapporté par le prototype DRIMbox de l'ANS"
_UID = re.compile(r"(0|[1-9]\d*)(\.(0|[1-9]\d*))+")
_HEURE = re.compile(r"([01]\d|2[0-3])([0-5]\d([0-5]\d(\.\d{1,6})?|60)?)?")
_URL = re.compile(r"(?i)https?://[^\s/]+")
_FUSEAU = re.compile(r"[+-](0\d|1[0-4])[0-5]\d")


def _regle(code: str, titre: str, source: str, a_faire: str, confiance: Confiance = Confiance.DOCUMENTEE) -> Regle:
    return Regle(f"KOS-{code}", titre, source, confiance, a_faire)


LISIBLE = _regle(
    "LIR-01", "Le fichier est un DICOM lisible, en entier", "DICOM PS3.10, § 7 (format de fichier)",
    "Écrivez le préambule, « DICM », l'en-tête de fichier puis le document, sans couper le fichier.",
)  # fmt: skip
OBJET = _regle(
    "OBJ-01", "Le document est un Key Object Selection, dans l'en-tête comme dans le corps", f"{_DICOM} ; PS3.10",
    f"Écrivez la classe {SOP_KOS} et le même SOPInstanceUID dans l'en-tête de fichier et dans le document.",
)  # fmt: skip
MODALITE = _regle("OBJ-02", "La modalité est KO", _DICOM, "Écrivez Modality KO.")
RACINE = _regle("OBJ-03", "Le contenu est un CONTAINER", _DICOM, "Écrivez ValueType CONTAINER.")
TITRE = _regle(
    "OBJ-04", "Le titre est « Manifest » (113030, DCM)", f"{_XDSI} ; PS3.16, CID 7010",
    "Écrivez 113030, DCM, « Manifest » dans ConceptNameCodeSequence.",
)  # fmt: skip
UIDS = _regle(
    "OBJ-05", "Chaque identifiant unique est un OID de 64 caractères au plus", "DICOM PS3.5, § 9.1",
    "N'employez que chiffres et points, sans zéro de tête, en 64 caractères au plus.",
)  # fmt: skip
JEU = _regle(
    "OBJ-06", "Le jeu de caractères annoncé décode les textes", "DICOM PS3.5, § 6.1 ; PS3.3, C.12.1.1.2",
    "Annoncez dans SpecificCharacterSet le jeu dans lequel les textes accentués sont écrits.",
)  # fmt: skip
FUSEAU = _regle(
    "OBJ-07", "Le décalage horaire est écrit", f"{_ANS} ; DICOM PS3.3, C.12.1 (TimezoneOffsetFromUTC)",
    "Écrivez TimezoneOffsetFromUTC, par exemple +0100.", Confiance.SECONDAIRE,
)  # fmt: skip
REQUIS = _regle(
    "OBJ-08", "Numéro d'instance, date et heure du contenu sont écrits",
    "DICOM PS3.3, C.17.6.2 (Key Object Document, type 1)",
    "Écrivez InstanceNumber, ContentDate et ContentTime.",
)  # fmt: skip
VALEURS = _regle(
    "OBJ-09", "Dates, heures et sexe ont une valeur que DICOM admet", "DICOM PS3.5, § 6.2 (DA, TM) ; PS3.3, C.7.1.1",
    "Écrivez des dates AAAAMMJJ du calendrier, des heures hhmmss.ffffff, et M, F ou O pour le sexe.",
)  # fmt: skip
ADRESSE = _regle(
    "PRE-05", "Où prendre les images est une adresse ou un OID",
    "DICOM PS3.3, table C.17-3b (RetrieveURL, RetrieveLocationUID)",
    "Écrivez une URL http(s) en RetrieveURL, un OID en RetrieveLocationUID.",
)  # fmt: skip
UNE_FOIS = _regle(
    "PRE-01", "La liste des preuves cite chaque instance, une seule fois", f"{_DICOM} ; {_XDSI}",
    "Citez chaque instance de l'examen une fois dans CurrentRequestedProcedureEvidenceSequence.",
)  # fmt: skip
ACCES = _regle(
    "PRE-02", "Chaque série dit où prendre ses images", f"{_XDSI} ; {_ANS} (lequel des deux attributs : à confirmer)",
    "Écrivez RetrieveURL ou RetrieveLocationUID dans chaque série.", Confiance.SECONDAIRE,
)  # fmt: skip
CONTENU = _regle(
    "PRE-03", "L'arbre de contenu ne cite que des instances de la liste des preuves, en CONTAINS", _DICOM,
    "Citez en CONTAINS, dans ContentSequence, les instances de la liste des preuves.",
)  # fmt: skip
CONTENU_ENTIER = _regle(
    "PRE-04", "L'arbre de contenu cite toutes les instances de la liste des preuves", f"{_XDSI} ; {_ANS}",
    "Ajoutez à ContentSequence les instances de la liste des preuves qui n'y sont pas.", Confiance.SECONDAIRE,
)  # fmt: skip
UNE_ETUDE = _regle(
    "ETU-01", "Le KOS porte sur une seule étude, citée par ses demandes",
    "REM DRIMbox, exigence DB.SO.12 (travaux de concertation 2023)",
    "Produisez un KOS par StudyInstanceUID, et citez cette étude dans ReferencedRequestSequence.", Confiance.OFFICIELLE,
)  # fmt: skip
DEMANDE = _regle(
    "DEM-01", "Le KOS porte l'Accession Number et qui l'a donné", f"{_ANS} ; {_XDSI}",
    "Écrivez AccessionNumber et IssuerOfAccessionNumberSequence dans ReferencedRequestSequence.", Confiance.SECONDAIRE,
)  # fmt: skip
COMMANDE = _regle(
    "DEM-02", "Le KOS porte le numéro de la commande et qui l'a donné", f"{_ANS} ; {_XDSI}",
    "Écrivez le Placer Order Number et OrderPlacerIdentifierSequence dans ReferencedRequestSequence.",
    Confiance.SECONDAIRE,
)  # fmt: skip
INS = _regle(
    "PAT-01", "Le patient est désigné par son INS, sous son OID",
    f"{_ANS} ; DICOM PS3.3, C.2.2 et C.2.3 (IssuerOfPatientIDQualifiersSequence)",
    f"Écrivez le matricule, {ISSUER_INS} et l'OID de l'INS (type ISO) dans PatientID ou OtherPatientIDsSequence.",
    Confiance.SECONDAIRE,
)  # fmt: skip
DESCRIPTION = _regle(
    "DES-01", "Une description de l'examen est écrite (113012)", f"{_ANS} ; PS3.16, TID 2010",
    "Ajoutez un TEXT 113012 « Key Object Description ».", Confiance.SECONDAIRE,
)  # fmt: skip


@verification(LISIBLE)
def lisible(octets: bytes, *, echange: int = 0) -> Constat:
    """Le fichier se lit en entier comme un DICOM."""
    echanges = (echange,) if echange else ()
    try:
        kos = lire_kos(octets)
    except AuDelaDesLimites as erreur:
        return LISIBLE.sans_objet(f"au-delà de la limite du banc : {erreur}", echanges=echanges)
    except KosIllisible as erreur:
        return LISIBLE.enfreinte(
            "Le fichier ne se lit pas comme un document DICOM.", attendu="un fichier DICOM entier, non compressé",
            recu=str(erreur), ou="fichier", echanges=echanges,
        )  # fmt: skip
    return LISIBLE.respectee(recu=f"{len(octets)} octets, syntaxe {kos.syntaxe}", ou="fichier", echanges=echanges)


@rejouable
def verifier_kos(kos: Kos, *, echange: int = 0) -> list[Constat]:
    """Toutes les règles du KOS seul."""
    return [
        *objet(kos, echange=echange),
        *valeurs(kos, echange=echange),
        *preuves(kos, echange=echange),
        *demandes(kos, echange=echange),
    ]


@verification(OBJET, MODALITE, RACINE, TITRE, UIDS, JEU, FUSEAU)
def objet(kos: Kos, *, echange: int = 0) -> list[Constat]:
    """L'objet DICOM est un manifeste KOS bien formé."""
    nums = (echange,) if echange else ()
    titre = (kos.titre.valeur, kos.titre.domaine)
    faux = [f"{ou} : {valeur or 'vide'}" for ou, valeur in kos.uids if not uid_juste(valeur)]
    memes = kos.sop_class == kos.sop_class_entete and kos.uid == kos.uid_entete
    rejet = f" ({REJETS[titre[0]]} : une note IOCM, pas un manifeste)" if titre[0] in REJETS else ""
    return [
        juger(
            OBJET, kos.sop_class == SOP_KOS and memes, "L'objet n'est pas un KOS, ou son en-tête en dit un autre.",
            attendu=f"{SOP_KOS}, même SOPInstanceUID dans l'en-tête",
            recu=f"{kos.sop_class} ({kos.uid}), en-tête {kos.sop_class_entete} ({kos.uid_entete})",
            ou="SOPClassUID, SOPInstanceUID", echanges=nums,
        ),
        juger(
            MODALITE, kos.modalite == "KO", "La modalité n'est pas KO.", attendu="KO", recu=kos.modalite,
            ou="Modality", echanges=nums,
        ),
        juger(
            RACINE, kos.type_valeur == "CONTAINER", "La racine du contenu n'est pas un CONTAINER.",
            attendu="CONTAINER", recu=kos.type_valeur, ou="ValueType", echanges=nums,
        ),
        juger(
            TITRE, titre == MANIFESTE, f"Le titre n'est pas celui d'un manifeste{rejet}.", attendu="113030 (DCM)",
            recu=f"{titre[0]} ({titre[1]})", ou="ConceptNameCodeSequence", echanges=nums,
        ),
        juger(
            UIDS, bool(kos.uids) and not faux, "Un identifiant unique n'en est pas un.",
            attendu="OID, 64 caractères au plus", ou="UID", echanges=nums,
            recu=" ; ".join(faux[:5]) or f"{len(kos.uids)} identifiants",
        ),
        juger(
            JEU, not kos.illisibles, "Des textes ne se lisent pas dans le jeu de caractères annoncé.",
            attendu=", ".join(kos.jeux) or "de l'ASCII, faute de jeu annoncé",
            recu=", ".join(dict.fromkeys(kos.illisibles)) or "tous les textes se lisent", ou="SpecificCharacterSet",
            echanges=nums,
        ),
        juger(
            FUSEAU, bool(_FUSEAU.fullmatch(kos.fuseau)), "Le décalage horaire manque ou n'en est pas un.",
            attendu="±hhmm", recu=kos.fuseau, ou="TimezoneOffsetFromUTC", echanges=nums,
        ),
    ]  # fmt: skip


@verification(REQUIS, VALEURS, ADRESSE)
def valeurs(kos: Kos, *, echange: int = 0) -> list[Constat]:
    """Les attributs requis sont là ; ce qui est écrit existe : dates, heures, sexe, adresses des images."""
    nums = (echange,) if echange else ()
    fausses = [f"{ou} « {valeur[:30]} »" for ou, valeur in kos.dates if not date_juste(valeur)]
    fausses += [f"{ou} « {valeur[:30]} »" for ou, valeur in kos.heures if not _HEURE.fullmatch(valeur)]
    fausses += [f"PatientSex « {kos.sexe[:10]} »"] if kos.sexe not in ("", "M", "F", "O") else []
    ailleurs = [f"RetrieveURL « {s.url[:60]} »" for s in kos.series if s.url and not _URL.match(s.url)]
    ailleurs += [f"RetrieveLocationUID « {s.lieu[:60]} »" for s in kos.series if s.lieu and not uid_juste(s.lieu)]
    lus = [serie for serie in kos.series if serie.url or serie.lieu]
    return [
        juger(
            REQUIS, not kos.absents, "Un attribut que DICOM exige manque, ou est vide.",
            attendu="InstanceNumber, ContentDate, ContentTime", recu=f"absents : {', '.join(kos.absents)}"
            if kos.absents else "présents", ou="document", echanges=nums,
        ),
        juger(
            VALEURS, not fausses, "Une valeur n'est pas de celles que DICOM admet.",
            attendu="dates AAAAMMJJ, heures hhmmss, sexe M, F ou O", recu=" ; ".join(fausses[:5])
            or f"{len(kos.dates) + len(kos.heures)} date(s) et heure(s)",
            ou=fausses[0].partition(" ")[0] if fausses else "document", echanges=nums,
        ),
        *(
            [
                juger(
                    ADRESSE, not ailleurs, "Où prendre les images n'est ni une adresse ni un OID.",
                    attendu="une URL http(s), ou un OID", recu=" ; ".join(ailleurs[:5]) or f"{len(lus)} série(s)",
                    ou="ReferencedSeriesSequence", echanges=nums,
                )
            ]
            if lus else []
        ),
    ]  # fmt: skip


def date_juste(valeur: str) -> bool:
    """Vrai pour une date DICOM (DA) du calendrier."""
    try:
        return len(valeur) == 8 and valeur.isascii() and bool(date(int(valeur[:4]), int(valeur[4:6]), int(valeur[6:])))
    except ValueError:
        return False


def uid_juste(valeur: str) -> bool:
    """Un UID de DICOM : OID de 64 caractères au plus."""
    return len(valeur) <= 64 and bool(_UID.fullmatch(valeur))


@verification(UNE_FOIS, ACCES, CONTENU, CONTENU_ENTIER, UNE_ETUDE)
def preuves(kos: Kos, *, echange: int = 0) -> list[Constat]:
    """La liste des preuves est complète, sans doublon, et l'arbre de contenu s'accorde avec elle."""
    nums = (echange,) if echange else ()
    cites = Counter(instance.uid for instance in kos.preuves)
    doubles = [uid for uid, fois in cites.items() if fois > 1]
    sans_acces = [serie.uid for serie in kos.series if not (serie.url or serie.lieu)]
    liste = set(kos.preuves)
    hors = [i.uid for i in kos.contenu if i not in liste]
    autres = [r for r in kos.relations if r != "CONTAINS"]
    oubliees = liste - set(kos.contenu)
    demandees = {demande.etude for demande in kos.demandes if demande.etude}
    vides = [serie.uid for serie in kos.series if not serie.instances]
    return [
        juger(
            UNE_FOIS, bool(cites) and not doubles and not vides,
            "La liste des preuves est vide, a une série vide, ou cite deux fois une instance.",
            attendu="chaque instance une fois", recu=_dire(doubles or vides) or f"{len(cites)} instance(s)",
            ou="CurrentRequestedProcedureEvidenceSequence", echanges=nums,
        ),
        juger(
            ACCES, bool(kos.series) and not sans_acces, "Une série ne dit pas où prendre ses images.",
            attendu="RetrieveURL ou RetrieveLocationUID", ou="ReferencedSeriesSequence", echanges=nums,
            recu=_dire(sans_acces) or ", ".join(dict.fromkeys(s.url or s.lieu for s in kos.series)),
        ),
        juger(
            CONTENU, bool(kos.contenu) and not hors and not autres,
            "L'arbre de contenu est vide, ou cite ce que la liste des preuves n'a pas.",
            attendu="des instances de la liste des preuves, en CONTAINS",
            recu=_dire(hors or autres) or f"{len(kos.contenu)} instance(s)", ou="ContentSequence", echanges=nums,
        ),
        juger(
            CONTENU_ENTIER, bool(liste) and not oubliees, "Des instances de la liste ne sont pas au contenu.",
            attendu=f"{len(liste)} instance(s)", ou="ContentSequence", echanges=nums,
            recu=f"manque : {_dire(_uids(oubliees))}" if oubliees else f"{len(kos.contenu)} instance(s)",
        ),
        juger(
            UNE_ETUDE, len(kos.etudes) == 1 and demandees <= set(kos.etudes),
            "Le KOS ne porte pas sur une seule étude, ou ses demandes en citent une autre.",
            attendu="un seul StudyInstanceUID", recu=f"preuves : {_dire(kos.etudes)} ; demandes : {_dire(demandees)}",
            ou="StudyInstanceUID", echanges=nums,
        ),
    ]  # fmt: skip


@verification(DEMANDE, COMMANDE, INS, DESCRIPTION)
def demandes(kos: Kos, *, echange: int = 0) -> list[Constat]:
    """Demandes, identité et description : ce que le volet du CI-SIS ajoute à DICOM."""
    nums = (echange,) if echange else ()
    accessions = [d.accession for d in kos.demandes]
    commandes = [d.commande for d in kos.demandes]
    ins = [i for i in kos.ins if i.valeur and i.oid in OIDS_INS and i.type_oid == "ISO"]
    lus = [f"{i.domaine or 'sans domaine'} {i.oid} {i.type_oid}".strip() for i in (kos.patient, *kos.autres_patients)]
    return [
        juger(
            regle, bool(numeros) and all(n.valeur and n.oid for n in numeros), f"{quoi} manque, ou son domaine.",
            attendu="un numéro et l'OID de qui l'a donné", ou="ReferencedRequestSequence", echanges=nums,
            recu=", ".join(f"{n.valeur or 'vide'} ({n.oid or 'sans OID'})" for n in numeros),
        )
        for regle, quoi, numeros in (
            (DEMANDE, "L'Accession Number", accessions), (COMMANDE, "Le numéro de commande", commandes)
        )
    ] + [
        juger(
            INS, bool(ins), "Aucun identifiant de patient n'est un INS sous son OID.",
            attendu="un matricule sous l'OID de l'INS, type ISO", recu=" ; ".join(lus), ou="PatientID", echanges=nums,
        ),
        DESCRIPTION.respectee(recu=f"{len(kos.description)} caractères", ou="ContentSequence", echanges=nums)
        if kos.description
        else DESCRIPTION.signalee(
            "Aucune description de l'examen n'est écrite.", attendu="un TEXT 113012", recu="rien",
            ou="ContentSequence", echanges=nums,
        ),
    ]  # fmt: skip


def _dire(valeurs: Collection[str]) -> str:
    dites = [valeur or "vide" for valeur in list(valeurs)[:4]]
    return ", ".join(dites) + (f" et {len(valeurs) - 4} autres" if len(valeurs) > 4 else "")


def _uids(instances: set[Instance]) -> list[str]:
    return sorted(instance.uid for instance in instances)
