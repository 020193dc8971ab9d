"""Les images qu'une DRIMbox source rend en WADO-RS : la réponse, les objets, le jeton, le certificat."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reports.constat import Confiance, Constat, Regle
from simulators.socle.echange import Echange
from steps.verifications.cda.jugement import juger
from steps.verifications.drim.multipart import MultipartIllisible, Objet, objets
from steps.verifications.registre import verification

_REM = "REM DRIMbox (travaux de concertation 2023), exigence"
_PS318 = "DICOM PS3.18, § 10.4 (WADO-RS)"
IMPLICITE = "1.2.840.10008.1.2"


def _regle(code: str, titre: str, exigence: str, a_faire: str, source: str = "") -> Regle:
    return Regle(f"DRIM-{code}", titre, f"{_REM} {exigence}{source}", Confiance.OFFICIELLE, a_faire)


REPONSE = _regle(
    "WADO-01", "Les images demandées sont rendues en multipart/related, une partie application/dicom par instance",
    "DB.SO.32", "Répondez 200, multipart/related, une partie application/dicom par instance demandée.",
    f" ; {_PS318}",
)  # fmt: skip
OBJETS = _regle(
    "WADO-02", "Les images rendues sont celles du PACS, toutes et intactes", "DB.SO.32",
    "Rendez chaque instance demandée, une fois, sans toucher à ses pixels.",
)  # fmt: skip
SYNTAXE = _regle(
    "WADO-03", "Les images non compressées sont rendues en Explicit VR, jamais en Implicit VR", "DB.SO.41",
    "Convertissez l'Implicit VR du PACS en Explicit VR Little Endian.",
)  # fmt: skip
INS = _regle(
    "WADO-04", "Chaque image rendue porte l'INS du patient parmi ses autres identifiants", "DB.SO.39",
    "Écrivez l'INS qualifiée dans OtherPatientIDsSequence de chaque objet rendu.",
)  # fmt: skip
JETON = _regle(
    "WADO-05", "Sans jeton valable, aucune image n'est rendue", "DB.SO.33",
    "Refusez (401) toute demande sans jeton, ou dont le jeton est périmé ou inconnu.",
)  # fmt: skip
INTROSPECTION = _regle(
    "WADO-06", "Le jeton de chaque demande est vérifié par l'introspection de Pro Santé Connect", "DB.SO.33",
    "Appelez l'introspection de Pro Santé Connect à chaque demande d'images.",
)  # fmt: skip
PUBLIEE = _regle(
    "WADO-07", "Une étude qui n'a pas de KOS n'est pas rendue", "DB.SO.37",
    "Refusez (404) une étude pour laquelle aucun KOS n'a été publié, même si le PACS l'a.",
)  # fmt: skip
CAPACITES = _regle(
    "WADO-08", "La source décrit ses capacités DICOMweb", "DB.SO.103",
    "Répondez à la demande Retrieve Capabilities (OPTIONS sur la base DICOMweb).", " ; DICOM PS3.18, § 8.9",
)  # fmt: skip
CERTIFICAT = _regle(
    "WADO-09", "Sans certificat de client, aucune image n'est rendue", "DB.SO.98",
    "Exigez un certificat ORG AUTH_CLI à l'établissement du TLS.",
)  # fmt: skip


EMETTEUR = _regle(
    "WADO-10", "Un certificat de client d'un émetteur inconnu ne donne aucune image", "DB.SO.111",
    "N'admettez, à l'établissement du TLS, que les certificats des autorités de l'IGC-Santé.",
)  # fmt: skip
REVOCATION = _regle(
    "WADO-11", "Un certificat de client révoqué ne donne aucune image", "DB.SO.111",
    "Contrôlez la révocation du certificat présenté (CRL ou OCSP qu'il désigne) avant de rendre des images.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ImageAttendue:
    """Une image du PACS : son UID et ses pixels."""

    uid: str
    pixels: bytes


def _statut(echange: Echange) -> int:
    return echange.reponse.statut if echange.reponse is not None else 0


def dire(echange: Echange) -> str:
    """Ce que la source a répondu, en un mot."""
    return f"HTTP {_statut(echange)}" if echange.reponse is not None else echange.notes.get("refus", "aucune réponse")


@verification(REPONSE, OBJETS, SYNTAXE, INS)
def images_rendues(echange: Echange, attendues: Sequence[ImageAttendue], matricule: str) -> list[Constat]:
    """La réponse à une demande valable : sa forme, ses objets, leur syntaxe et leur INS."""
    nums = (echange.numero,)
    try:
        lus = objets(echange)
    except MultipartIllisible as erreur:
        return [
            REPONSE.enfreinte(
                "Les images demandées ne sont pas rendues.", attendu="200, parties application/dicom",
                recu=f"{dire(echange)} : {erreur}", ou="réponse WADO-RS", echanges=nums,
            )
        ]  # fmt: skip
    constats = [REPONSE.respectee(recu=f"{len(lus)} partie(s)", ou="réponse WADO-RS", echanges=nums)]
    return [*constats, _entieres(lus, attendues, nums), _explicite(lus, nums), _ins(lus, matricule, nums)]


def _entieres(lus: Sequence[Objet], attendues: Sequence[ImageAttendue], nums: tuple[int, ...]) -> Constat:
    pixels = {image.uid: image.pixels for image in attendues}
    vus = [objet.uid for objet in lus]
    changees = [objet.uid for objet in lus if objet.uid in pixels and objet.pixels != pixels[objet.uid]]
    manquent = sorted(set(pixels) - set(vus))
    return juger(
        OBJETS, sorted(vus) == sorted(pixels) and not changees, "Les images rendues ne sont pas celles du PACS.",
        attendu=f"{len(pixels)} image(s), pixels inchangés", ou="réponse WADO-RS", echanges=nums,
        recu=f"{len(vus)} image(s)" + (f" ; manque {manquent[0]}" if manquent else "")
        + (f" ; pixels changés : {changees[0]}" if changees else ""),
    )  # fmt: skip


def _explicite(lus: Sequence[Objet], nums: tuple[int, ...]) -> Constat:
    syntaxes = {objet.syntaxe for objet in lus}
    return juger(
        SYNTAXE, bool(syntaxes) and IMPLICITE not in syntaxes, "Des images sont rendues en Implicit VR.",
        attendu="Explicit VR", recu=", ".join(sorted(syntaxes)), ou="en-tête de fichier", echanges=nums,
    )  # fmt: skip


def _ins(lus: Sequence[Objet], matricule: str, nums: tuple[int, ...]) -> Constat:
    sans = [objet.uid for objet in lus if matricule not in objet.autres_patients]
    if sans and all(matricule in (*objet.autres_patients, *objet.anciens) for objet in lus):
        return INS.a_regarder(
            "L'INS est dans OtherPatientIDs (0010,1000), que DICOM a retiré : dire si ce champ convient.",
            recu=matricule, ou="OtherPatientIDs", echanges=nums,
        )  # fmt: skip
    return juger(
        INS, bool(lus) and not sans, "Une image rendue ne porte pas l'INS du patient.", attendu=matricule,
        recu=", ".join(sorted({i for objet in lus for i in objet.autres_patients})) or "aucun autre identifiant",
        ou="OtherPatientIDsSequence", echanges=nums,
    )  # fmt: skip


def _refus(regle: Regle, refusee: Echange, acceptee: Echange, message: str, attendu: str) -> Constat:
    """Un refus n'est cru que si la même demande, en règle, a été servie."""
    if _statut(acceptee) != 200:
        return regle.sans_objet(f"la demande en règle n'est pas servie ({dire(acceptee)}) : un refus ne prouve rien")
    # Une redirection ne rend rien, une réponse vide non plus.
    servie = refusee.reponse is not None and _statut(refusee) < 300 and bool(refusee.reponse.corps.octets)
    return juger(
        regle, not servie, message, attendu=attendu, recu=f"{dire(refusee)} ({refusee.notes.get('presente', '')})",
        ou="réponse WADO-RS", echanges=(acceptee.numero, refusee.numero),
    )  # fmt: skip


@verification(JETON)
def jeton_exige(refusee: Echange, acceptee: Echange) -> Constat:
    """Une demande sans jeton valable est refusée, quand la même, avec, est servie."""
    return _refus(JETON, refusee, acceptee, "Des images sont rendues sans jeton valable.", "401")


@verification(PUBLIEE)
def etude_publiee_seule(refusee: Echange, acceptee: Echange) -> Constat:
    """Une étude du PACS sans KOS est refusée, quand une étude publiée est servie."""
    return _refus(PUBLIEE, refusee, acceptee, "Une étude sans KOS est rendue.", "404")


@verification(CERTIFICAT)
def certificat_exige(refusee: Echange, acceptee: Echange) -> Constat:
    """Une demande sans certificat est refusée, quand la même, avec, est servie."""
    return _refus(CERTIFICAT, refusee, acceptee, "Des images sont rendues sans certificat de client.", "refus")


@verification(EMETTEUR)
def emetteur_controle(refusee: Echange, acceptee: Echange) -> Constat:
    """Un certificat d'un émetteur inconnu ne donne rien, quand la même demande, en règle, est servie."""
    message = "Des images sont rendues à un certificat d'un émetteur inconnu."
    return _refus(EMETTEUR, refusee, acceptee, message, "refus")


@verification(REVOCATION)
def revocation_controlee(refusee: Echange, acceptee: Echange) -> Constat:
    """Un certificat révoqué ne donne rien, quand la même demande, en règle, est servie."""
    message = "Des images sont rendues à un certificat révoqué."
    return _refus(REVOCATION, refusee, acceptee, message, "refus")


@verification(INTROSPECTION)
def jeton_introspecte(demandes: Sequence[Echange], introspections: Sequence[Echange]) -> Constat:
    """Une introspection au moins pendant chaque demande servie ; refusée sur place sans elle, une personne regarde."""
    if not demandes:
        return INTROSPECTION.sans_objet("aucune demande d'images avec un jeton")
    sans = [d for d in demandes if not any(d.debut <= i.debut <= d.fin for i in introspections)]
    servies = [d for d in sans if d.reponse is not None and _statut(d) < 300]
    if not servies and sans and len(sans) < len(demandes):
        return INTROSPECTION.a_regarder(
            "Un jeton a été refusé sans introspection : dire ce que la source en a vu sur place.",
            recu=", ".join(d.notes.get("presente", "") for d in sans), ou="Pro Santé Connect",
            echanges=tuple(d.numero for d in sans),
        )  # fmt: skip
    return juger(
        INTROSPECTION, not sans, "Une demande a été servie sans introspection de son jeton.",
        attendu="une introspection par demande",
        recu=f"{len(introspections)} introspection(s) pour {len(demandes)} demande(s)", ou="Pro Santé Connect",
        echanges=tuple(e.numero for e in (*demandes, *introspections)),
    )  # fmt: skip


@verification(CAPACITES)
def capacites(echange: Echange) -> Constat:
    """La description des capacités est rendue, en WADL (PS3.18, 8.9) ; une autre forme se regarde."""
    corps = echange.reponse.corps.octets if echange.reponse is not None else b""
    if _statut(echange) == 200 and corps.strip() and not _est_wadl(corps):
        return CAPACITES.a_regarder(
            "Une réponse est rendue, qui n'est pas un WADL : dire si elle décrit les capacités.",
            recu=corps[:200].decode("utf-8", "replace"), ou="OPTIONS", echanges=(echange.numero,),
        )  # fmt: skip
    return juger(
        CAPACITES, _statut(echange) == 200 and bool(corps.strip()), "La source ne décrit pas ses capacités.",
        attendu="200 et une description", recu=f"{dire(echange)}, {len(corps)} octets", ou="OPTIONS",
        echanges=(echange.numero,),
    )  # fmt: skip


def _est_wadl(corps: bytes) -> bool:
    """Un élément `application`, ou sa forme JSON, qui parle de ressources."""
    return re.search(rb"<(?:\w+:)?application[\s/>]|\"application\"\s*:|\"resources?\"\s*:", corps[:65_536]) is not None
