# language: fr
Fonctionnalité: Structures tierces
  Une structure tierce est connue par un identifiant national, et se présente avec un certificat dont la révocation est
  contrôlée.

  @SSI/IE.42.01
  Scénario: Une structure tierce est identifiée par FINESS, SIREN ou SIRET, RPPS-rang
    Quand l'administrateur déclare des structures tierces
      | structure          | nom                          | identifiant         |
      | la clinique        | CLINIQUE DE L'ÎLE D'ESSAI    | finess_geographique |
      | le groupement      | GROUPEMENT DES TROIS-RIVIÈRES | finess_juridique   |
      | l'entreprise       | SOCIÉTÉ FICTIVE D'ANALYSES   | siren               |
      | l'établissement    | SOCIÉTÉ FICTIVE, SITE NORD   | siret               |
      | le cabinet         | CABINET DU DR N'GUYEN        | rpps_rang           |
    Alors chaque structure est enregistrée sous son identifiant
    Et les mêmes identifiants, de clé fausse, sont refusés

  @SSI/IE.43.01
  Scénario: Une structure tierce se connecte par un certificat valide, jamais par un certificat révoqué
    Étant donné des structures tierces déclarées dans le logiciel
      | structure     | nom                       |
      | la clinique   | CLINIQUE DE L'ÎLE D'ESSAI |
      | le groupement | GROUPEMENT SAINT-NOËL     |
    Et une structure « l'inconnue » que le logiciel ne connaît pas
    Quand « la clinique » se connecte avec un certificat valide
    Et « le groupement » se connecte avec un certificat valide
    Et « la clinique » se connecte avec un certificat révoqué
    Et « le groupement » se connecte avec un certificat révoqué
    Et « la clinique » se connecte avec un certificat expiré
    Et « la clinique » se connecte avec un certificat d'une autre autorité
    Et « l'inconnue », sans compte, se connecte avec un certificat valide
    Et une connexion se présente sans certificat
    # Le contrôle revient à la fin : un refus général, après un incident, se verrait.
    Et « le groupement » se connecte avec un certificat valide
    Alors seules les connexions par un certificat valide d'une structure déclarée sont acceptées
