"""Les ressources FHIR publiées : Practitioner, PractitionerRole, Organization, HealthcareService, Device.

Profils as-dp-* du guide d'implémentation de l'Annuaire Santé (données publiques) : ni téléphone ni adresse des
personnes, ni responsable ni liste rouge des BAL. Une ressource inactive ne garde que son identité technique et ses
identifiants.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from simulators.annuaire.modele import BalPubliee, Equipement, Professionnel, Service, Situation, Structure

GUIDE = "https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition"
CORE = "https://hl7.fr/ig/fhir/core/StructureDefinition"
TYPES_IDENTIFIANT = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203"
TYPES_STRUCTURE = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-3307"
RPPS = "https://rpps.esante.gouv.fr"
FINESS = "https://finess.esante.gouv.fr"
RANG_RPPS = "https://rppsrang.esante.gouv.fr"
ARHGOS = "https://arhgos.ars.sante.fr"
IDNPS = "urn:oid:1.2.250.1.71.4.2.1"
IDNST = "urn:oid:1.2.250.1.71.4.2.2"
EXT_COURRIEL = f"{CORE}/fr-core-contact-point-email-type"
EXT_BAL = f"{GUIDE}/as-ext-mailbox-mss-metadata"
EXT_CARTE = f"{GUIDE}/as-ext-smartcard"
EXT_TRACE = f"{GUIDE}/as-ext-data-trace"
EXT_TYPES = f"{GUIDE}/as-ext-organization-types"
EXT_INSEE = f"{CORE}/fr-core-address-insee-code"
_ADXP = "http://hl7.org/fhir/StructureDefinition/iso21090-ADXP"

Json = dict[str, Any]


def tre(nom: str) -> str:
    """Adresse d'une table de référence (`G15-ProfessionSante`) telle que l'API la cite."""
    return f"https://mos.esante.gouv.fr/NOS/TRE_{nom}/FHIR/TRE-{nom}"


class Ressource(NamedTuple):
    """Une ressource publiée. `rpps` : la personne dont elle dépend, vide pour les autres."""

    type: str
    id: str
    maj: datetime
    contenu: Json
    rpps: str = ""

    @property
    def reference(self) -> str:
        """`Type/id`."""
        return f"{self.type}/{self.id}"


def id_personne(rpps: str, edition: int = 1) -> str:
    """Identifiant technique d'un professionnel : il dépend de l'édition, jamais du seul RPPS."""
    return f"003-{edition}{rpps[3:8]}-{_melange(rpps, edition)}"


def id_situation(identifiant: str, edition: int = 1) -> str:
    """Identifiant technique d'une situation d'exercice."""
    return f"005-{edition}{identifiant[-5:]}-{_melange(identifiant, edition)}"


def _melange(numero: str, edition: int) -> int:
    """Sept chiffres sans rapport visible avec le numéro ; le module est premier, pour ne pas se répéter."""
    return int(numero) * (7_919 + 104_729 * edition) % 8_999_993 + 1_000_000


def id_structure(finess: str) -> str:
    """Identifiant technique d'une structure : le même d'une édition à l'autre."""
    return f"001-{finess[2:5]}-{int(finess) % 9_000_000 + 1_000_000}"


def de_la_personne(personne: Professionnel, edition: int = 1) -> Iterator[Ressource]:
    """Le professionnel, puis ses situations d'exercice."""
    yield practitioner(personne, edition)
    for situation in personne.situations:
        yield practitioner_role(personne, situation, edition)


def practitioner(personne: Professionnel, edition: int = 1) -> Ressource:
    """Exercice professionnel : identité, qualifications, BAL liées au seul RPPS."""
    technique = id_personne(personne.rpps, edition)
    contenu = _tete("Practitioner", technique, personne.maj, "practitioner")
    identifiants = [
        _identifiant(IDNPS, personne.identifiant_national, "IDNPS"),
        _identifiant(RPPS, personne.rpps, "RPPS"),
    ]
    if not personne.actif:
        contenu |= {"identifier": identifiants, "active": False}
        return Ressource("Practitioner", technique, personne.maj, contenu, personne.rpps)
    extensions = [_trace("RPPS")]
    if personne.carte:
        extensions.append(
            {
                "url": EXT_CARTE,
                "extension": [
                    {"url": "type", "valueCodeableConcept": _concept(("G23-TypeCarte", "CPS"))},
                    {"url": "number", "valueString": personne.carte},
                ],
            }
        )
    nom: Json = {"use": "usual", "family": personne.nom, "given": [personne.prenom]}
    if personne.civilite:
        nom["prefix"] = [personne.civilite]
    if personne.civilite_exercice:
        nom["suffix"] = [personne.civilite_exercice]
    contenu |= {
        "extension": extensions,
        "identifier": identifiants,
        "active": True,
        "name": [nom],
        "telecom": _bals(personne.bals),
        "qualification": _qualifications(personne),
    }
    return Ressource("Practitioner", technique, personne.maj, _elaguer(contenu), personne.rpps)


def practitioner_role(personne: Professionnel, situation: Situation, edition: int = 1) -> Ressource:
    """Situation d'exercice : où et comment, BAL liées au RPPS et à la structure."""
    technique = id_situation(situation.identifiant, edition)
    contenu = _tete("PractitionerRole", technique, personne.maj, "practitionerrole", "practitioner-role")
    contenu["identifier"] = [{"system": RPPS, "value": situation.identifiant}]
    contenu["active"] = personne.actif
    if personne.actif:
        contenu |= {
            "extension": [_trace("RPPS")],
            "practitioner": {"reference": f"Practitioner/{id_personne(personne.rpps, edition)}"},
            "organization": {"reference": f"Organization/{id_structure(situation.finess)}"},
            "code": [
                _concept(("R22-GenreActivite", "GENR01")),
                _concept(("R23-ModeExercice", situation.mode)),
                _concept(("R21-Fonction", situation.fonction)),
            ],
            "telecom": _bals(situation.bals),
        }
    return Ressource("PractitionerRole", technique, personne.maj, _elaguer(contenu), personne.rpps)


def organization(structure: Structure, edition: int = 1) -> Ressource:
    """Entité juridique ou lieu d'exercice ; son identifiant technique ne dépend pas de l'édition."""
    del edition
    technique = id_structure(structure.finess)
    contenu = _tete("Organization", technique, structure.maj, "organization")
    identifiants = [
        _identifiant(IDNST, f"1{structure.finess}", "IDNST"),
        _identifiant(FINESS, structure.finess, "FINEJ" if structure.juridique else "FINEG"),
        _identifiant(RANG_RPPS, f"F{structure.finess}", "RPPSRG"),
    ]
    if not structure.actif:
        contenu |= {"identifier": identifiants, "active": False}
        return Ressource("Organization", technique, structure.maj, contenu)
    telecoms: list[Json] = [{"system": "phone", "value": structure.telephone, "rank": 1}]
    if structure.courriel:
        telecoms.append({"system": "email", "value": structure.courriel})
    genre = "LEGAL-ENTITY" if structure.juridique else "GEOGRAPHICAL-ENTITY"
    contenu |= {
        "extension": [_trace("FINESS")],
        "identifier": identifiants,
        "active": True,
        "type": [
            _type("organizationType", TYPES_STRUCTURE, genre),
            _type("secteurActiviteRASS", tre("R02-SecteurActivite"), structure.secteur),
        ],
        "name": structure.nom,
        "telecom": [*telecoms, *_bals(structure.bals)],
        "address": [_adresse(structure)],
    }
    if structure.finess_juridique:
        contenu["partOf"] = {"reference": f"Organization/{id_structure(structure.finess_juridique)}"}
    return Ressource("Organization", technique, structure.maj, contenu)


def healthcare_service(service: Service) -> Ressource:
    """Activité de soins autorisée."""
    technique = f"004-{service.numero[6:]}"
    contenu = _tete("HealthcareService", technique, service.maj, "healthcareservice-healthcare-activity")
    contenu |= {
        "extension": [_trace("FINESS")],
        "identifier": [{"system": ARHGOS, "value": service.numero}],
        "active": True,
        "providedBy": {"reference": f"Organization/{id_structure(service.finess)}"},
        "category": [_concept(("R275-ModaliteActivite", service.modalite))],
        "type": [_concept(("R277-ActiviteSanitaireRegulee", service.activite))],
        "characteristic": [_concept(("R276-FormeActivite", service.forme))],
    }
    return Ressource("HealthcareService", technique, service.maj, contenu)


def device(equipement: Equipement) -> Ressource:
    """Équipement matériel lourd."""
    technique = f"002-{equipement.numero[6:]}"
    contenu = _tete("Device", technique, equipement.maj, "device")
    contenu |= {
        "extension": [_trace("FINESS")],
        "identifier": [{"system": ARHGOS, "value": equipement.numero}],
        "status": equipement.statut,
        "manufacturer": equipement.marque,
        "serialNumber": equipement.serie,
        "modelNumber": equipement.modele,
        "type": _concept(("R272-EquipementMaterielLourd", equipement.type)),
        "owner": {"reference": f"Organization/{id_structure(equipement.finess)}"},
    }
    return Ressource("Device", technique, equipement.maj, contenu)


def _tete(genre: str, technique: str, maj: datetime, profil: str, profil_core: str | None = None) -> Json:
    profils = [f"{GUIDE}/as-dp-{profil}"]
    if genre in ("Practitioner", "PractitionerRole", "Organization"):
        profils.insert(0, f"{CORE}/fr-core-{profil_core or profil}")
    return {
        "resourceType": genre,
        "id": technique,
        "meta": {
            "versionId": "1",
            "lastUpdated": maj.isoformat(timespec="milliseconds"),
            "source": "https://annuaire.sante.fr",
            "profile": profils,
        },
        "language": "fr",
    }


def _identifiant(systeme: str, valeur: str, genre: str) -> Json:
    type_code = {"coding": [{"system": TYPES_IDENTIFIANT, "code": genre}]}
    return {"use": "official", "type": type_code, "system": systeme, "value": valeur}


def _concept(*codes: tuple[str, str]) -> Json:
    return {"coding": [{"system": tre(table), "code": code} for table, code in codes]}


def _trace(systeme: str) -> Json:
    return {"url": EXT_TRACE, "extension": [{"url": "systeme-information", "valueCode": systeme}]}


def _type(sorte: str, systeme: str, code: str) -> Json:
    return {"extension": [{"url": EXT_TYPES, "valueCode": sorte}], "coding": [{"system": systeme, "code": code}]}


def _qualifications(personne: Professionnel) -> list[Json]:
    codes = [
        _concept(("R48-DiplomeEtatFrancais", personne.metier.diplome), ("R14-TypeDiplome", "DE")),
        _concept(("G15-ProfessionSante", personne.metier.code), ("R09-CategorieProfessionnelle", personne.categorie)),
    ]
    if personne.savoir_faire is not None:
        codes.append(_concept(("R38-SpecialiteOrdinale", personne.savoir_faire.code), ("R04-TypeSavoirFaire", "S")))
    return [{"code": code} for code in codes]


def _bals(bals: tuple[BalPubliee, ...]) -> list[Json]:
    """Les BAL publiables : le responsable et la liste rouge ne sont pas des données publiques."""
    publiees = []
    for bal in bals:
        if bal.liste_rouge:
            continue
        type_bal = {"coding": [{"system": tre("R257-TypeBAL"), "code": bal.type}]}
        details: list[Json] = [{"url": "type", "valueCodeableConcept": type_bal}]
        details += [
            {"url": nom, "valueString": valeur}
            for nom, valeur in (("description", bal.description), ("service", bal.service))
            if valeur
        ]
        details.append({"url": "digitization", "valueBoolean": bal.dematerialisation})
        contact: Json = {
            "extension": [
                {"url": EXT_COURRIEL, "valueCoding": {"system": tre("R256-TypeMessagerie"), "code": "MSSANTE"}},
                {"url": EXT_BAL, "extension": details},
            ],
            "system": "email",
            "value": bal.adresse,
        }
        if bal.rang is not None:
            contact["rank"] = bal.rang
        publiees.append(contact)
    return publiees


def _adresse(structure: Structure) -> Json:
    lignes = [
        {"url": f"{_ADXP}-{partie}", "valueString": valeur}
        for partie, valeur in (
            ("houseNumber", structure.numero_voie),
            ("streetNameType", structure.type_voie),
            ("streetNameBase", structure.voie),
        )
        if valeur
    ]
    insee = {"system": tre("R13-Commune"), "code": structure.code_commune}
    voie = " ".join(filter(None, (structure.numero_voie, structure.libelle_type_voie, structure.voie)))
    return {
        "extension": [{"url": EXT_INSEE, "valueCoding": insee}],
        "line": [voie],
        "_line": [{"extension": lignes}],
        "city": structure.commune,
        "postalCode": structure.code_postal,
        "country": "99000",
    }


def _elaguer(contenu: Json) -> Json:
    """FHIR n'admet pas de liste vide."""
    return {cle: valeur for cle, valeur in contenu.items() if valeur != []}


def references(ressource: Ressource, champ: str | None = None) -> list[str]:
    """Ressources que celle-ci désigne, ou celle du seul `champ`."""
    champs = (champ,) if champ else ("practitioner", "organization", "partOf", "providedBy", "owner")
    return [ressource.contenu[nom]["reference"] for nom in champs if nom in ressource.contenu]
