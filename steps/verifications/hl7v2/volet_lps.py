"""Le message par lequel une plateforme remet à un logiciel le document d'un courriel MSSanté : ce qu'il a en propre."""

from __future__ import annotations

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.hl7v2.decoupage import MessageHl7
from steps.verifications.hl7v2.encapsule import DonneeObx, est_meta
from steps.verifications.hl7v2.metadonnees import defaut_de_forme
from steps.verifications.hl7v2.regles_documents import SOURCE_LPS
from steps.verifications.hl7v2.segment import Segment
from steps.verifications.registre import verification

REQUISES = ("MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REP_LEGAUX", "MODIF_CONF_CODE")


def _regle(code: str, titre: str, section: str, a_faire: str) -> Regle:
    return Regle(code, titre, f"{SOURCE_LPS}, volume 2, § {section}", Confiance.OFFICIELLE, a_faire)


RESTRICTIONS = _regle(
    "HL7-LPS-01", "Les quatre métadonnées de restriction sont là, une fois, dans l'ordre, à Y ou à N",
    "métadonnées MSSanté", f"Écrire un OBX CWE pour {', '.join(REQUISES)}, dans cet ordre : Y ou N, OBX-11 F.",
)  # fmt: skip
COURRIEL = _regle(
    "HL7-LPS-02", "Un OBX dit de quel courriel vient le document : Message-ID, objet, contenu",
    "informations du courriel MSSanté",
    "Écrire un OBX ED : OBX-3.1 le Message-ID, OBX-3.2 l'objet, OBX-5 le contenu en base64, OBX-11 F.",
)  # fmt: skip
CORRESPONDANTS = _regle(
    "HL7-LPS-03", "L'expéditeur du courriel, et chaque correspondant écrit, a son adresse", "PRT du document",
    "Écrire PRT-4 SB et PRT-15 ^^X.400^adresse pour l'expéditeur ; de même RCT et REPLY s'ils sont écrits.",
)  # fmt: skip
CLASSE = _regle(
    "HL7-LPS-04", "La classe du patient est sans objet (N)", "patient et venue", "Écrire N en PV1-2.",
)  # fmt: skip


@verification(RESTRICTIONS)
def restrictions(message: MessageHl7) -> list[Constat]:
    """Présence, ordre et valeur ; un code de plus que les quatre se regarde : le volet ne le demande pas."""
    metas = [segment for segment in message.tous("OBX") if est_meta(segment)]
    codes = [_code(segment) for segment in metas]
    ecarts = [f"{code} absente" for code in REQUISES if code not in codes]
    ecarts += [f"{code} répétée" for code in REQUISES if codes.count(code) > 1]
    siens = [code for code in codes if code in REQUISES]
    ecarts += ["autre ordre"] if not ecarts and siens != list(REQUISES) else []
    ecarts += [
        f"{_code(s)} ({defaut})"
        for s in metas
        if _code(s) in REQUISES and (defaut := defaut_de_forme(s, ("CWE",)))
    ]  # fmt: skip
    constats = [
        juger(
            RESTRICTIONS, not ecarts, "Les métadonnées de restriction ne sont pas celles du volet.",
            attendu=", ".join(REQUISES), recu=" ; ".join(ecarts) or ", ".join(codes), ou="OBX, MetaDMPMSS",
        )
    ]  # fmt: skip
    if autres := [code for code in codes if code not in REQUISES]:
        texte = "Le message porte une métadonnée que ce volet ne demande pas."
        constats.append(RESTRICTIONS.a_regarder(texte, recu=", ".join(autres), ou="OBX, MetaDMPMSS"))
    return constats


def _code(segment: Segment) -> str:
    """Le code sans blancs : le texte du volet écrit « INVISIBLE_ REP_LEGAUX »."""
    return segment.valeur(3, 1).replace(" ", "")


@verification(COURRIEL)
def courriel(message: MessageHl7, donnees: list[DonneeObx]) -> list[Constat]:
    """`donnees` : les OBX de type ED ; celui qui n'est ni le document ni une métadonnée est le courriel."""
    candidats = [donnee for donnee in donnees if not donnee.est_document and not est_meta(donnee.segment)]
    if len(candidats) != 1:
        recu = f"{len(candidats)} OBX de cette sorte"
        return [juger(COURRIEL, False, "Le message ne dit pas de quel courriel vient le document.",
                      attendu="un OBX ED, après le document", recu=recu, ou="OBX")]  # fmt: skip
    (donnee,) = candidats
    s = donnee.segment
    manques = [] if s.valeur(3, 1) else ["OBX-3.1 (Message-ID) vide"]
    manques += [] if s.valeur(3, 2) else ["OBX-3.2 (objet) vide"]
    manques += [f"OBX-5 : {donnee.defaut}"] if donnee.octets is None else []
    manques += [] if s.valeur(11) == "F" else [f"OBX-11 {s.valeur(11) or 'vide'}"]
    constats = [
        juger(
            COURRIEL, not manques, "Le courriel d'où vient le document est mal désigné.",
            attendu="OBX-3 Message-ID^objet, OBX-5 en base64, OBX-11 F",
            recu=" ; ".join(manques) or s.valeur(3, 1), ou=f"{donnee.nom}",
        )
    ]  # fmt: skip
    identifiant = s.valeur(3, 1)
    if identifiant and "@" not in identifiant:
        texte = "OBX-3.1 n'a pas la forme d'un Message-ID."
        constats.append(COURRIEL.a_regarder(texte, recu=identifiant[:80], ou=f"{donnee.nom}, OBX-3.1"))
    return constats


@verification(CORRESPONDANTS)
def correspondants(message: MessageHl7) -> Constat:
    """PRT SB est requis ; RCT l'est si la plateforme le connaît : son absence n'est pas un manquement."""
    prts = {role: [s for s in message.tous("PRT") if s.valeur(4, 1) == role] for role in ("SB", "RCT", "REPLY")}
    manques = [] if prts["SB"] else ["PRT SB absent"]
    manques += [f"{role} sans adresse X.400" for role, segments in prts.items() for s in segments if not _adresse(s)]
    return juger(
        CORRESPONDANTS, not manques, "Un correspondant du courriel manque, ou n'a pas d'adresse.",
        attendu="PRT-4 SB, PRT-15 ^^X.400^adresse", recu=" ; ".join(manques) or _adresse(prts["SB"][0]),
        ou="PRT-15" if prts["SB"] else "PRT",
    )  # fmt: skip


def _adresse(segment: Segment) -> str:
    rangs = range(1, len(segment.repetitions(15)) + 1)
    adresses = (
        segment.valeur(15, 4, repetition=rang) for rang in rangs if segment.valeur(15, 3, repetition=rang) == "X.400"
    )
    return next((adresse for adresse in adresses if "@" in adresse), "")


@verification(CLASSE)
def classe(message: MessageHl7) -> Constat:
    """PV1-2 : le volet ne transmet pas de venue."""
    pv1 = message.premier("PV1")
    lue = pv1.valeur(2) if pv1 else ""
    return juger(CLASSE, lue == "N", "PV1-2 n'est pas celui du volet.", attendu="N", recu=lue or "vide", ou="PV1-2")
